"""Globs: as the standard library's, but for brackets, and in linear time."""

import re
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.policy.globs import EXACT, matches, specificity


@given(st.text("ab*?/[", max_size=12), st.text("ab/[", max_size=14))
def test_it_matches_what_the_standard_library_matches(pattern, text):
    assert matches(pattern, text) == fnmatchcase(text, re.sub(r"\[", "[[]", pattern))


def test_how_specific():
    assert [specificity(pattern, "abc") for pattern in ("*", "a*", "*bc", "a?c", "abc", "x")] == [
        0,
        1,
        2,
        2,
        EXACT,
        None,
    ]


@pytest.mark.parametrize("pattern", ["*a" * 60 + "b", "a*" * 60 + "b", "?*" * 60 + "b"])
def test_a_pattern_made_to_be_slow_answers(pattern):
    assert not matches(pattern, "a" * 2000)
