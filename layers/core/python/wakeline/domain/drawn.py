"""What a person said in a trace that is worth keeping: fixed rules over sentences, each explainable by its name.

Only what is said outright counts: a rule for next time, a preference, a correction, something to remember. A question
is none, nor is what is quoted, fenced or pasted. What looks like a secret is blacked out before anything is kept.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from .events import Event
from .memory import Category
from .redaction import redact
from .search.documents import message_text

MOST = 20
"""Memories that are drawn from one trace: the first ones said."""
MAX_MESSAGE = 4_000
"""Characters; a longer message is a template or pasted text, not something a person said for next time."""
MAX_SENTENCE = 300


@dataclass(frozen=True, slots=True)
class Rule:
    """A way of saying something to keep. `confidence` is how seldom the words mean something else."""

    name: str
    form: re.Pattern[str]
    category: Category
    confidence: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """A statement and where it was made."""

    key: str
    value: str
    category: Category
    confidence: float
    rule: str
    event_id: str
    index: int


def _rule(name: str, form: str, category: Category, confidence: float) -> Rule:
    return Rule(name, re.compile(form, re.IGNORECASE), category, confidence)


_POLITE = r"(?:(?:please|and|but|also|ok|okay|so|hey)\b[, ]*)*"
_REMEMBER = _rule(
    "remember",
    rf"{_POLITE}(?:remember|keep in mind|bear in mind|(?:do not|don't) forget)(?: that\b|:| to\b)\s*(?P<rest>.+)",
    "fact",
    0.95,
)
RULES = (
    _REMEMBER,
    _rule(
        "from_now_on", rf"{_POLITE}(?:from now on|going forward|in (?:the )?future|next time)\b.+", "instruction", 0.9
    ),
    _rule("always", rf"{_POLITE}(?:you (?:should|must) )?always\b.+", "instruction", 0.9),
    _rule("never", rf"{_POLITE}(?:you (?:should|must) )?never (?!mind\b|again\b).+", "instruction", 0.9),
    _rule(
        "not_again",
        rf"{_POLITE}(?:do not|don't) (?:ever\b.+|.+\b(?:ever again|again|any ?more)\W*)",
        "instruction",
        0.85,
    ),
    _rule("prefer", rf"{_POLITE}(?:(?:i|we)(?:'d| would)?(?: \w+)? )?prefer\b.+", "preference", 0.85),
    _rule("rather", rf"{_POLITE}(?:i|we)(?:'d| would) rather\b.+", "preference", 0.8),
    _rule(
        "no_but",
        r"(?:no|nope|wrong|actually)\b[,.:;!]? *(?:please )?(?:use|it'?s|it is|we use|i meant?)\b.+",
        "correction",
        0.75,
    ),
    _rule("instead", rf"{_POLITE}use\b.+(?:\binstead\b|, not\b).*", "correction", 0.75),
    _rule("for_your_information", rf"{_POLITE}(?:fyi|for your information|for context)\b[,:]? *.+", "fact", 0.8),
    _rule("we_use", r"(?:we|our team) (?:use|uses|deploy|deploys|follow|follows)\b.+", "fact", 0.7),
)

_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_TAGGED = re.compile(r"<([A-Za-z][\w-]*)[^>]*>.*?</\1>", re.DOTALL)
_ENDS = re.compile(r"(?<=[.!?])\s+|\n+")
_LISTED = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")


def drawn(events: Iterable[Event]) -> Iterator[Drawn]:
    """What people said to keep, in the order in which it was said, each statement once and `MOST` at most."""
    seen: set[str] = set()
    for event in events:
        for sentence in _sentences(event):
            rule = _rule_of(sentence)
            if rule is None:
                continue
            value = redact(sentence)
            key = key_of(value)
            if key not in seen:
                seen.add(key)
                yield Drawn(key, value, rule.category, rule.confidence, rule.name, event.id, event.index)
            if len(seen) == MOST:
                return


def key_of(statement: str) -> str:
    """The key under which a statement is kept: the same for the same words, whatever their case and punctuation."""
    words = re.findall(r"\w+", statement.lower())
    return f"drawn-{'-'.join(words[:6])[:60]}-{sha256(' '.join(words).encode()).hexdigest()[:12]}"


def _rule_of(sentence: str) -> Rule | None:
    """The first rule that a sentence follows. What is to be remembered may itself be an instruction or a preference."""
    rule = next((each for each in RULES if each.form.fullmatch(sentence)), None)
    if rule is not _REMEMBER:
        return rule
    found = _REMEMBER.form.fullmatch(sentence)
    rest = found["rest"] if found is not None else ""
    inner = next((each for each in RULES if each.form.fullmatch(rest)), None)
    to_do = found is not None and sentence[: found.start("rest")].rstrip().lower().endswith(" to")
    category: Category = inner.category if inner is not None else "instruction" if to_do else "fact"
    return Rule(rule.name, rule.form, category, rule.confidence)


def _sentences(event: Event) -> Iterator[str]:
    """The sentences that a person wrote in an event."""
    if event.type != "user_message" or event.payload is None or (event.metadata or {}).get("sidechain") is True:
        return
    said = event.body
    if said.get("is_meta") is True or said.get("is_compact_summary") is True:
        return
    text = message_text(said.get("content"))
    if len(text) > MAX_MESSAGE:
        return
    for sentence in _ENDS.split(_TAGGED.sub("\n", _FENCE.sub("\n", text))):
        bare = _LISTED.sub("", sentence).strip()
        told = len(bare.split()) > 2 and len(bare) <= MAX_SENTENCE and not bare.endswith("?")
        if told and not bare.startswith((">", '"', "“")):
            yield bare
