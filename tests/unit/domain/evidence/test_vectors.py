"""The test vectors that docs/evidence.md offers to whoever writes a verifier: ours finds in them what they say."""

import copy
import json
from pathlib import Path

import pytest

from wakeline.adapters.kms import is_signed
from wakeline.domain.evidence.check import check
from wakeline.domain.evidence.digest import Leaf
from wakeline.domain.evidence.report import Outside, public_key_of

VECTORS = Path(__file__).parents[3] / "vectors"
EXPORT = json.loads((VECTORS / "export.json").read_text())
BROKEN = json.loads((VECTORS / "broken.json").read_text())
KEY = public_key_of((VECTORS / "key.pem").read_text())


def test_the_export_is_valid_with_digests_and_leaves():
    listed = tuple(json.loads((VECTORS / "digests.json").read_text())["digests"])
    leaves = tuple(Leaf.from_json(json.loads(line)) for line in (VECTORS / "leaves.jsonl").read_text().splitlines())
    report = check(EXPORT, is_signed, Outside(listed, {"leaves": leaves}, KEY))
    assert report.valid, report.findings
    assert (report.events, report.erased, report.warnings) == (5, 1, [])


@pytest.mark.parametrize("vector", BROKEN, ids=[vector["change"] for vector in BROKEN])
def test_what_is_wrong_is_found_where_it_is(vector):
    export = copy.deepcopy(EXPORT)
    place = export
    *way, last = vector["path"]
    for step in way:
        place = place[step]
    if vector["to"] is None:
        del place[last]
    else:
        place[last] = vector["to"]
    report = check(export, is_signed, Outside(public_key=KEY))
    found = next(finding for finding in report.findings if not finding.ok)
    assert (found.what, found.where) == (vector["finds"], vector["where"])
