"""What a model outside gets to see: no secrets, as anywhere (`wakeline.domain.redaction`), not even short ones behind
`Bearer`, and no card or social security numbers.
"""

import re

from wakeline.domain.redaction import redact

_FURTHER = (
    (re.compile(r"(?i)\b(bearer|basic)\s+[a-z0-9._~+/=-]{8,}", re.ASCII), r"\1 [redacted:authorization]"),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b", re.ASCII), "[redacted:ssn]"),
    (re.compile(r"\b(?:\d[ -]?){12,18}\d\b", re.ASCII), "[redacted:card]"),
)


def redacted(text: str) -> str:
    """The text with keys, tokens, passwords, e-mail addresses, card and social security numbers taken out."""
    text = redact(text)
    for pattern, instead in _FURTHER:
        text = pattern.sub(instead, text)
    return text
