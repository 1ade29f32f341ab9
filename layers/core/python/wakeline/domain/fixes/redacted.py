"""Secrets and personal data taken out of what a model gets to see."""

import re

_PATTERNS = (
    (r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", "[private key]"),
    (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "[jwt]"),
    (r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", "[aws key]"),
    (r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})", "[github token]"),
    (r"\b(?:sk|pk|rk|wl|whsec|xox[a-z])[-_](?:[A-Za-z0-9]+[-_])*[A-Za-z0-9+/=]{16,}", "[key]"),
    (r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}", r"\1 [credential]"),
    (
        r"(?i)([\"']?\b[\w-]*(?:password|passwd|secret|api[_-]?key|access[_-]?key|token)\b[\"']?\s*[:=]\s*)"
        r"(?:\"[^\"\n]*\"|'[^'\n]*'|[^\s,;&}]+)",
        r"\1[secret]",
    ),
    (r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@:]+:[^\s/@]+@", r"\1[credential]@"),
    (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b", "[e-mail]"),
    (r"\b\d{3}-\d{2}-\d{4}\b", "[ssn]"),
    (r"\b(?:\d[ -]?){12,18}\d\b", "[card]"),
)
_COMPILED = tuple((re.compile(pattern, re.ASCII | re.DOTALL), instead) for pattern, instead in _PATTERNS)


def redacted(text: str) -> str:
    """The text with keys, tokens, passwords, e-mail addresses, card and social security numbers taken out."""
    for pattern, instead in _COMPILED:
        text = pattern.sub(instead, text)
    return text
