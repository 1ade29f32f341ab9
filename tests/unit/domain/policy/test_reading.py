"""Reading a policy: where keys stand, and that any text is read or refused with a line."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.errors import Invalid
from wakeline.domain.policy import read
from wakeline.domain.policy.default import DEFAULT
from wakeline.domain.policy.hours import Hours
from wakeline.domain.policy.positions import line_of, lines_of

TRICKY = '''# comment [x]
version = 1 # = [[
"quoted key" = "a # b [ \\" c"
multi = """
[not.a.table]
key = 1
"""
list = [ # one
  "a]", 'b[',
  { inner = "}" },
]
a.b.c = 2
literal = \'\'\'
x = """ \'\'\'

[ table . "sub.table" ]
k = 1979-05-27T07:32:00Z

[[rule]]
name = "x"
[rule.conditions]
y = 1
[[rule]]
name = "z"
[[rule.deep]]
q = 1
[[rule.deep]]
q = 2
'''


def test_lines_of_a_text_made_to_mislead():
    tomllib.loads(TRICKY)
    lines = lines_of(TRICKY)
    assert {
        ("version",): 2,
        ("quoted key",): 3,
        ("multi",): 4,
        ("list",): 8,
        ("a", "b", "c"): 12,
        ("literal",): 13,
        ("table", "sub.table"): 16,
        ("table", "sub.table", "k"): 17,
        ("rule", 0): 19,
        ("rule", 0, "name"): 20,
        ("rule", 0, "conditions", "y"): 22,
        ("rule", 1): 23,
        ("rule", 1, "deep", 0, "q"): 26,
        ("rule", 1, "deep", 1, "q"): 28,
    }.items() <= lines.items()
    assert line_of(lines, ("list", 1)) == 8
    assert line_of(lines, ("nowhere",)) == 1


def test_windows_line_ends():
    assert lines_of(TRICKY.replace("\n", "\r\n")) == lines_of(TRICKY)


@given(st.text(max_size=200) | st.text("[]=\"'\n\\ab.{},#1", max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text):
    told = []
    try:
        read(text)
    except Invalid as error:
        told = error.details or [{"line": 0}]
    assert all(1 <= each["line"] <= text.count("\n") + 1 for each in told)


def test_the_default_policy_is_one():
    assert read(DEFAULT).governance.default == "deny"


@pytest.mark.parametrize(
    "text",
    ["", "8-18", "08:00-18:00 Nowhere/City", "08:00-08:00", "24:00-25:00", "08:60-09:00", "08:00-18:00 ../etc/passwd"],
)
def test_hours_that_are_none(text):
    with pytest.raises(ValueError, match=r"must be|no day|same time|no time zone"):
        Hours.read(text)
