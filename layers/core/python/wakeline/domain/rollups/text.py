"""What kind of prompt a text is, and which error it is an instance of."""

import re

PATTERN_LENGTH = 200
_SEEN = 4_000
"""Characters of a prompt that are looked at."""

_WORDS = {
    "Bug Fix": (
        "fix|fixes|fixed|fixing|bug|bugs|broken|crash|crashes|crashing|error|errors|issue|issues|debug|fails|failing"
    ),
    "Feature": "add|adds|adding|implement|implements|create|build|feature|features|support|new",
    "Refactor": (
        "refactor|refactors|refactoring|clean up|cleanup|rename|restructure|simplify|extract|reorganize|reorganise"
    ),
    "Explain": "explain|explains|what is|what does|what are|how does|how do|why|understand|describe|tell me",
    "Test": "test|tests|testing|tested|pytest|unittest|jest|coverage|spec|specs",
    "Config": (
        "config|configs|configure|configuration|setup|set up|install|deploy|settings|setting|environment|env|docker|ci"
    ),
    "Review": "review|reviews|reviewing|check|audit|inspect|look over|feedback",
    "Docs": "doc|docs|document|documents|documentation|readme|changelog|docstring|docstrings|comment|comments",
}
CATEGORIES = tuple(_WORDS)
# Whole words: `add` in `address` is no feature.
_CATEGORY = {name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for name, words in _WORDS.items()}

_IDS = re.compile(
    r"\b(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|0x[0-9a-fA-F]+"
    r"|(?=[a-f]*\d)[0-9a-f]{12,}|\d{5,})\b"
)


def categories_of(prompt: str) -> list[str]:
    """The categories that a prompt is in: none, one or several."""
    seen = prompt[:_SEEN]
    return [name for name, words in _CATEGORY.items() if words.search(seen)]


def pattern_of(error: str) -> str:
    """What errors of one kind have in common: the first line, ids and long numbers as `…`, at most 200 characters."""
    first = next((line for line in error[: 10 * PATTERN_LENGTH].splitlines() if line.strip()), "")
    return " ".join(_IDS.sub("…", first).split())[:PATTERN_LENGTH] or "error"
