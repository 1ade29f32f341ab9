"""What a person types into a search box, as an FTS5 query. Everything is a query; nothing is a syntax error.

Words are all wanted. `"…"` is a phrase, `word*` a beginning; `AND`, `OR` and `NOT` (in capitals) and parentheses
combine, and `-word` is `NOT word`. What makes no sense as an operator is a word. FTS5 is only ever handed strings in
its own quotes, so nothing typed is read as its syntax.
"""

import re
from dataclasses import dataclass

MAX_TERMS = 64
"""Terms that count; FTS5's parser has a limit, and nobody types more."""
MAX_DEPTH = 8

_TOKENS = re.compile(r'"([^"]*)"?(\*?)|([()])|([^\s"()]+)')
_WIDE = re.compile(r"([\u2e80-\u2fdf\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])")
_BREAK = "\u200b"

STOP_WORDS = frozenset(
    """
    a an and are as at be but by did do does for from had has have how i if in into is it its me my of on or our
    so that the their them then there these they this to was we were what when where which who why will with you
    your
    """.split()  # noqa: SIM905 — sixty quotes hide sixty words
)


@dataclass(frozen=True, slots=True)
class Term:
    """A quoted string of FTS5, wanted or not."""

    fts: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """An expression in parentheses, or the whole."""

    fts: str
    excluded: bool = False


def spaced(text: str) -> str:
    """Text as it is indexed: an invisible break around each sign of a script that is written without spaces."""
    return _WIDE.sub(_BREAK + r"\1" + _BREAK, text.replace("\x00", " "))


def unspaced(text: str) -> str:
    """`spaced` undone, for what is shown."""
    return text.replace(_BREAK, "")


def fts_query(text: str, *, any_word: bool = False) -> str | None:
    """The FTS5 query of a typed text; None when there is no word in it.

    With `any_word` words are alternatives, as in a question that is asked in a sentence; common ones then count only if
    there are no others.
    """
    if any_word:
        return _question(text)
    tokens = _TOKENS.findall(text)
    expression, _ = _expression(tokens, 0, 0, [MAX_TERMS])
    return expression


def _question(text: str) -> str | None:
    words = [word for word in re.findall(r"\w+", spaced(text).casefold()) if _has_word(word)]
    telling = [word for word in words if word not in STOP_WORDS] or words
    terms = list(dict.fromkeys(telling))[:MAX_TERMS]
    return " OR ".join(_quoted(term) for term in terms) or None


def _has_word(text: str) -> bool:
    return any(sign.isalnum() for sign in text)


def _quoted(text: str, is_beginning: bool = False) -> str:
    inner = spaced(text).replace('"', '""')
    return f'"{inner}"' + (" *" if is_beginning else "")


Token = tuple[str, str, str, str]


def _expression(tokens: list[Token], at: int, depth: int, room: list[int]) -> tuple[str | None, int]:
    """The tokens from `at` to the closing parenthesis, or the end, as one expression; and the place behind it."""
    alternatives: list[list[Term | Group]] = [[]]
    negated = False
    while at < len(tokens):
        phrase, beginning, bracket, word = tokens[at]
        at += 1
        if bracket == ")":
            if depth > 0:
                break
            continue
        if bracket == "(":
            if depth < MAX_DEPTH:
                inner, at = _expression(tokens, at, depth + 1, room)
                if inner is not None:
                    alternatives[-1].append(Group(f"({inner})", negated))
                negated = False
            continue
        if word == "OR" and alternatives[-1]:
            alternatives.append([])
            negated = False
            continue
        if word == "AND" and alternatives[-1]:
            continue
        if word == "NOT" and any(not each.excluded for each in alternatives[-1]):
            negated = True
            continue
        term = _term(phrase, beginning, word, negated, bool(alternatives[-1]))
        negated = False
        if term is not None and room[0] > 0:
            room[0] -= 1
            alternatives[-1].append(term)
    joined = [each for each in (_joined(parts) for parts in alternatives) if each is not None]
    return (" OR ".join(joined) if len(joined) > 1 else joined[0]) if joined else None, at


def _term(phrase: str, beginning: str, word: str, negated: bool, follows: bool) -> Term | None:
    if word:
        if word.startswith("-") and follows and len(word) > 1:
            negated, word = True, word[1:]
        is_beginning = word.endswith("*")
        return Term(_quoted(word.rstrip("*"), is_beginning), negated) if _has_word(word) else None
    return Term(_quoted(phrase, bool(beginning)), negated) if _has_word(phrase) else None


def _joined(parts: list[Term | Group]) -> str | None:
    wanted = [part.fts for part in parts if not part.excluded]
    unwanted = [part.fts for part in parts if part.excluded]
    if not wanted:
        # Nothing but exclusions has no answer in an index of words; they are then taken for what is looked for.
        wanted, unwanted = unwanted, []
    if not wanted:
        return None
    said = " AND ".join(wanted)
    for each in unwanted:
        said = f"({said}) NOT {each}"
    return f"({said})" if len(parts) > 1 else said
