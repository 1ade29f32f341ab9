"""Merkle trees against RFC 6962's own definition, and paths that prove what they should and nothing else."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.evidence.merkle import EMPTY, Tree, leaf_hash, node_hash, root_of


def by_definition(leaves):
    """MTH of RFC 6962, 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node_hash(by_definition(leaves[:half]), by_definition(leaves[half:]))


@pytest.mark.parametrize("size", [*range(70), 127, 128, 129, 1000])
def test_the_root_is_that_of_the_rfc(size):
    leaves = [leaf_hash(str(n).encode()) for n in range(size)]
    assert Tree(leaves).root == by_definition(leaves)


def test_roots_of_certificate_transparencys_own_test_vectors():
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    leaves = [leaf_hash(bytes.fromhex(each)) for each in inputs]
    assert Tree([]).root == EMPTY
    assert Tree(leaves[:1]).root.hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert Tree(leaves).root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 64, 100])
def test_every_leafs_path_leads_to_the_root(size):
    leaves = [leaf_hash(str(n).encode()) for n in range(size)]
    tree = Tree(leaves)
    for index in range(size):
        assert root_of(leaves[index], index, size, tree.path(index)) == tree.root


@given(st.integers(1, 200), st.data())
def test_no_other_leaf_place_size_or_path_leads_there(size, data):
    leaves = [leaf_hash(str(n).encode()) for n in range(size)]
    tree = Tree(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = tree.path(index)
    assert root_of(leaf_hash(b"another"), index, size, path) != tree.root
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) if size > 1 else st.just(size))
    assert root_of(leaves[index], other, size, path) != tree.root
    assert root_of(leaves[index], index, size, [*path, EMPTY]) is None
    if path:
        assert root_of(leaves[index], index, size, path[:-1]) is None
        at = data.draw(st.integers(0, len(path) - 1))
        assert root_of(leaves[index], index, size, [*path[:at], EMPTY, *path[at + 1 :]]) != tree.root


def test_places_outside_the_tree_prove_nothing():
    leaf = leaf_hash(b"a")
    assert root_of(leaf, 1, 1, []) is None
    assert root_of(leaf, -1, 1, []) is None
    assert root_of(leaf, 0, 0, []) is None
