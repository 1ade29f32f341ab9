"""Whatever is typed is a query of FTS5, and means what it looks like."""

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wakeline.domain.search.query import fts_query, spaced, unspaced

TEXTS = {1: "alpha beta", 2: "beta gamma", 3: "alpha gamma delta"}


@pytest.fixture(scope="module")
def index():
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE fts USING fts5(text)")
    connection.executemany("INSERT INTO fts (rowid, text) VALUES (?, ?)", TEXTS.items())
    return connection


def matches(index, query):
    return {row[0] for row in index.execute("SELECT rowid FROM fts WHERE fts MATCH ?", (query,))}


typed = st.text() | st.lists(
    st.sampled_from(
        [
            "alpha",
            "beta",
            "AND",
            "OR",
            "NOT",
            "(",
            ")",
            '"',
            "*",
            "-",
            "-beta",
            "gam*",
            "^",
            ":",
            "{",
            "NEAR(",
            "+",
            "\x00",
            "東",
        ]
    )
).map(" ".join)


@given(typed)
def test_nothing_typed_is_a_syntax_error(index, text):
    for any_word in (False, True):
        query = fts_query(text, any_word=any_word)
        if query is not None:
            matches(index, query)


@pytest.mark.parametrize(
    "text", ["(" * 5000 + "a" + ")" * 5000, "a " * 5000, "NOT " * 5000, '"' * 5001, "a OR " * 3000, "-a " * 3000]
)
def test_nothing_long_is_one_either(index, text):
    query = fts_query(text)
    if query is not None:
        matches(index, query)
    question = fts_query(text, any_word=True)
    if question is not None:
        matches(index, question)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("alpha", {1, 3}),
        ("alpha beta", {1}),
        ("alpha OR beta", {1, 2, 3}),
        ("alpha NOT beta", {3}),
        ("alpha NOT (beta OR delta)", set()),
        ("beta OR alpha delta", {1, 2, 3}),
        ("alpha -delta", {1}),
        ("alpha AND NOT delta", {1}),
        ("gam* NOT alpha", {2}),
        ('"alpha beta" OR delta', {1, 3}),
        ("NOT delta", set()),
        ("(alpha", {1, 3}),
        ("alpha)", {1, 3}),
        ("() alpha", {1, 3}),
        ("alpha OR OR delta", {1, 3}),
        ("OR alpha", set()),
        ("alpha AND", {1, 3}),
        ("al-pha", set()),
    ],
)
def test_meaning(index, text, found):
    query = fts_query(text)
    assert (matches(index, query) if query is not None else set()) == found


@pytest.mark.parametrize("text", ["", " ", "*", "- --", '""', "()", "!?"])
def test_no_word_is_no_query(text):
    assert fts_query(text) is None
    assert fts_query(text, any_word=True) is None


def test_a_question_drops_what_tells_nothing():
    assert fts_query("What is the database?", any_word=True) == '"database"'
    assert fts_query("What is it", any_word=True) == '"what" OR "is" OR "it"'


@given(st.text())
def test_spacing_comes_off_again(text):
    clean = text.replace("\u200b", "").replace("\x00", " ")
    assert unspaced(spaced(clean)) == clean
