"""Redaction: secrets and personal addresses taken out of what is shown to others, or of what is stored at all.

Three ways to tell a secret: by its own form (a vendor's prefix, a header, a place in a URL), by the name it is given
under (`password`, `api_key`), and by chance (a long run of letters and digits that no word, path, id or digest is).
Forms follow what the vendors document and what public scanners look for (gitleaks, detect-secrets). What is taken
out reads `[redacted:<kind>]`.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import log2
from typing import Any

_BEGINS = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrt]))"
"""Where a word begins; behind the `n` of an escaped line's end, too."""

_FORMS: tuple[tuple[str, str], ...] = (
    (
        "private_key",
        r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|\Z)",
    ),
    ("url_password", r"(?<=://)[^\s\"'<>/:@]{0,128}:(?!\d{1,5}(?:[/?#]|$))[^\s\"'<>]{1,256}@(?=[\w\[])"),
    ("slack_webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/[\w/+-]{20,}"),
    ("aws_access_key", rf"{_BEGINS}(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z2-7]{{16}}(?![A-Za-z0-9])"),
    ("github_token", r"(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_[A-Za-z0-9_]{22,255})"),
    ("gitlab_token", r"gl(?:pat|ptt|dt|rt|cbt|soat)-[\w.-]{20,}"),
    ("slack_token", r"xox[a-z]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}"),
    ("jwt", rf"{_BEGINS}ey[IJK][A-Za-z0-9_-]{{8,}}\.ey[IJK][A-Za-z0-9_-]{{4,}}(?:\.[A-Za-z0-9_-]*)?"),
    ("google_key", r"AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,}"),
    ("stripe_key", r"(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9+/=]{16,}"),
    ("api_key", rf"{_BEGINS}sk-(?:ant-|proj-|or-|svcacct-)?[A-Za-z0-9_-]{{20,}}"),
    (
        "api_key",
        r"(?:wl|rt|pt)_live_[\w-]{16,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|hf_[A-Za-z0-9]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}",
    ),
    (
        "api_key",
        r"(?:dop|doo|dor)_v1_[a-f0-9]{64}|shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|lin_api_\w{30,}|sq0[a-z]{3}-[\w-]{22,}",
    ),
    (
        "api_key",
        rf"{_BEGINS}(?:key-[a-f0-9]{{32}}|EAA[A-Za-z0-9]{{60,}}|AGE-SECRET-KEY-1[A-Z0-9]{{50,}}|xai-[A-Za-z0-9]{{60,}})",
    ),
    ("azure_key", r"(?i:AccountKey|SharedAccessKey|SharedAccessSignature)=[A-Za-z0-9+/%=&-]{16,}"),
    ("authorization", r"(?i:\b(?:bearer|basic|digest)\s+)[A-Za-z0-9._~+/-]{16,}=*"),
    ("email", r"(?<![\w.+-])(?!git@)[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])"),
)

_NAMED = re.compile(
    r"(?i)((?:(?:password|passwd|passphrase|secret|token(?!s|i)|credential|api[_-]?key|access[_-]?key|private[_-]?key"
    r"|secret[_-]?key|auth[_-]?key|encryption[_-]?key)|\b(?:pwd|pass|pw))[\w.-]{0,16}\\?[\"']?\s{0,4}(?:=>|:=|[:=])\s{0,4})"
    r"(?:\\?\"([^\"\n\\]{4,512})\\?\"|\\?'([^'\n\\]{4,512})\\?'|([^\s\"'`,;&<>(){}\[\]\\]{6,512}+)(?!\())"
)
"""A name that says secret, a sign, a value in quotes or a word."""
_NO_SECRET = re.compile(
    r"(?i)(?:none|null|true|false|undefined|required|optional|string|str|bytes|int|number|bool|boolean|any|object|secret"
    r"|password|token|example|changeme|redacted|hidden|\*+|x{3,}|\.{3,}|-?\d{1,9}(?:\.\d+)?)\W*"
)
_REFERENCE = re.compile(
    r"\$(?:[A-Z_][A-Z0-9_]*|[a-z_]+)|[$%<{@\[].*[}>%\])]|\W+|(?:process|os|env|self|this|config|settings|args|request|ctx)\..*"
)
_CODE = re.compile(r".*\s\S+\s\S+\s.*|.*\(.*|[A-Z][A-Z0-9_]*|[a-z_]+(?:\.[a-z_]+)+|[A-Za-z]+\[.*", re.DOTALL)
"""Values that are references or code, not literals."""

_LONG = re.compile(r"(?<![\w/+.=-])[A-Za-z0-9+/_=-]{24,}(?![\w])")
_HEX = re.compile(r"[0-9a-fA-F]+")
_IDS = re.compile(
    r"(?:toolu|msg|req|call|chatcmpl|resp|evt|trc|art|frk|inc|run|sess|session|span|item|file|rs|fc)[_-]", re.IGNORECASE
)
_ENTROPY = 4.2
"""Bits a character: base64 of chance has 4.6 and more from 40 characters on, words and paths below 4."""

_SECRET_NAMES = (
    "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "authkey",
    "authorization", "credential", "credentials", "cookie", "connectionstring", "clientsecret", "signingkey", "pwd",
)  # fmt: skip
_HARMLESS_NAMES = ("nexttoken", "pagetoken", "continuationtoken", "stoptoken")

ID_FIELDS = frozenset(
    {
        "id",
        "uuid",
        "parent_uuid",
        "call_id",
        "span_id",
        "parent_id",
        "trace_id",
        "message_id",
        "request_id",
        "tool_use_id",
    }
)
"""Fields that tell events from one another: chance makes them, and they are no secrets."""

Found = Counter[str]

KINDS = tuple(dict.fromkeys([*(kind for kind, _ in _FORMS), "named", "entropy"]))
"""What can be told, in the order in which it is looked for."""


@dataclass(frozen=True, slots=True)
class Patterns:
    """What to look for: forms, values under a secret's name, runs of characters by chance."""

    form: re.Pattern[str] | None
    named: bool
    chance: bool


@lru_cache(maxsize=256)
def patterns_of(names: tuple[str, ...] = KINDS) -> Patterns:
    """The patterns of these names: each a kind, or how kinds begin, as `slack` of `slack_token` and `slack_webhook`."""
    kinds = {kind for name in names for kind in kinds_of(name)}
    forms = [f"(?P<k{at}>{form})" for at, (kind, form) in enumerate(_FORMS) if kind in kinds]
    return Patterns(re.compile("|".join(forms), re.DOTALL) if forms else None, "named" in kinds, "entropy" in kinds)


def kinds_of(name: str) -> list[str]:
    """The kinds that a name stands for; none when it is unknown."""
    return [kind for kind in KINDS if kind == name or kind.startswith(f"{name}_")]


def redact(value: Any, found: Found | None = None, *, chance: bool = True, names: Iterable[str] = KINDS) -> Any:
    """`value` without secrets; the same object where nothing was taken out. `found` counts what was, by kind.

    With `chance=False` only form and name tell: for fields that are ids. `names` select patterns. Linear in the size
    of the value.
    """
    counted = Counter() if found is None else found
    return _redacted(value, patterns_of(tuple(names)), counted, "", chance)


def _redacted(value: Any, patterns: Patterns, found: Found, name: str, chance: bool) -> Any:
    if isinstance(value, str):
        return _text(value, patterns, found, chance and name not in ID_FIELDS)
    if isinstance(value, dict):
        changed = {}
        for key, each in value.items():
            secret = patterns.named and _is_secret_name(key)
            kept = _hidden(each, found) if secret else _redacted(each, patterns, found, key, chance)
            changed[_text(key, patterns, found, False)] = kept
        same = len(changed) == len(value) and all(changed.get(key, changed) is each for key, each in value.items())
        return value if same else changed
    if isinstance(value, list):
        items = [_redacted(each, patterns, found, name, chance) for each in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _is_secret_name(name: str) -> bool:
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    return bare.endswith(_SECRET_NAMES) and not bare.endswith(_HARMLESS_NAMES)


def _hidden(value: Any, found: Found) -> Any:
    """What stands under a secret's name: every text in it."""
    if isinstance(value, str):
        if not value or value.startswith("[redacted:"):
            return value
        found["named"] += 1
        return "[redacted:named]"
    if isinstance(value, dict):
        changed = {key: _hidden(each, found) for key, each in value.items()}
        return value if all(changed[key] is each for key, each in value.items()) else changed
    if isinstance(value, list):
        items = [_hidden(each, found) for each in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    return value


def _text(text: str, patterns: Patterns, found: Found, chance: bool) -> str:
    if len(text) < 6:
        return text
    if patterns.form is not None:
        text = _replaced(patterns.form, text, lambda match: _of_form(match, found))
    if patterns.named:
        text = _replaced(_NAMED, text, lambda match: _of_name(match, found))
    return _replaced(_LONG, text, lambda match: _by_chance(match, found)) if chance and patterns.chance else text


def _replaced(pattern: re.Pattern[str], text: str, by: Callable[[re.Match[str]], str]) -> str:
    now = pattern.sub(by, text)
    return text if now == text else now


def _of_form(match: re.Match[str], found: Found) -> str:
    kind = _FORMS[int((match.lastgroup or "k0")[1:])][0]
    found[kind] += 1
    return f"[redacted:{kind}]{'@' if kind == 'url_password' else ''}"


def _of_name(match: re.Match[str], found: Found) -> str:
    value = next(group for group in match.groups()[1:] if group is not None)
    if "[redacted" in value or _NO_SECRET.fullmatch(value):
        return match[0]
    bare = match[4] is not None
    # `NAME=value`, as environments and connection strings have it: whatever is no reference is a value.
    tight = bare and match[1].endswith("=") and not match[1][:-1].endswith((" ", ":", "="))
    if _REFERENCE.fullmatch(value) or (not tight and _CODE.fullmatch(value)):
        return match[0]
    # A word without quotes is a secret only if it looks like no word: prose says "the token: expired".
    if bare and not tight and not (any(char.isdigit() for char in value) or re.search(r"[^A-Za-z0-9._/-]", value)):
        return match[0]
    found["named"] += 1
    return match[0].replace(value, "[redacted:named]") if match[1].find(value) < 0 else f"{match[1]}[redacted:named]"


def _by_chance(match: re.Match[str], found: Found) -> str:
    text = match[0]
    bare = text.strip("=-_/+")
    if len(bare) > 4096 or not _looks_random(bare):
        return text if len(bare) <= 4096 else _blob(found)
    found["entropy"] += 1
    return "[redacted:entropy]"


def _blob(found: Found) -> str:
    """Kilobytes of base64, a file perhaps: nobody can tell what is in it."""
    found["blob"] += 1
    return "[redacted:blob]"


def _looks_random(text: str) -> bool:
    if _HEX.fullmatch(text.replace("-", "")) or _IDS.match(text):
        return False  # digests, commits, UUIDs, and ids by which things are told apart
    if not (any(c.isdigit() for c in text) and any(c.isupper() for c in text) and any(c.islower() for c in text)):
        return False
    if text.count("/") > 1:
        # A path, unless one of its parts alone is by chance.
        return any(len(part) >= 24 and _looks_random(part) for part in text.split("/"))
    words = re.split(r"[/_=+-]", text)
    if len(words) > 2 and max(map(len, words)) < 16:
        return False  # a path or a name of several words
    counts = Counter(text)
    return -sum(n / len(text) * log2(n / len(text)) for n in counts.values()) >= min(_ENTROPY, log2(len(text)) * 0.85)
