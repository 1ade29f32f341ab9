"""Reading a policy: TOML in, a checked document out, or every mistake with its line and key."""

import re
import tomllib
from collections import Counter
from typing import Any

from pydantic import ValidationError

from wakeline.domain.errors import Invalid, TooLarge

from .document import Document
from .positions import Path, line_of, lines_of

MAX_TEXT = 1024 * 1024
MAX_TOLD = 50
"""Mistakes that one answer tells of."""

_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_CONDITIONS = (
    "trace_completeness",
    "ai_percentage",
    "model_allowlist",
    "sensitive_paths",
    "required_tool",
    "conditional_tool",
    "forbidden_tool",
    "token_budget",
)


def read(text: str) -> Document:
    """Read and check a policy. Raises `TooLarge`, or `Invalid` whose `details` are `{field, line, message}`."""
    if len(text) > MAX_TEXT:
        raise TooLarge(f"a policy has at most {MAX_TEXT // 1024} KB")
    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_toml(text, error) from error
    try:
        document = Document.model_validate(said)
    except ValidationError as error:
        lines = lines_of(text)
        raise _invalid([_mistake(lines, each["loc"], _words(each)) for each in _errors(error)]) from error
    mistakes = _cross_checked(document)
    if mistakes:
        lines = lines_of(text)
        raise _invalid([_mistake(lines, path, message) for path, message in mistakes])
    return document


def _not_toml(text: str, error: Exception) -> Invalid:
    message = (
        str(error)
        if isinstance(error, tomllib.TOMLDecodeError)
        else "is nested too deeply, or holds too large a number"
    )
    match = _AT_LINE.search(message)
    line = int(match[1]) if match else text.count("\n") + 1
    said = _AT_LINE.sub("", message).strip()
    return Invalid(
        f"line {line}: not TOML: {said}",
        field="policy",
        details=[{"field": "policy", "line": line, "message": f"not TOML: {said}"}],
    )


def _errors(error: ValidationError) -> list[Any]:
    return list(error.errors(include_url=False, include_context=True, include_input=False))[:MAX_TOLD]


def _words(each: Any) -> str:
    match each["type"]:
        case "extra_forbidden":
            return "unknown key"
        case "missing":
            return "is missing"
        case "union_tag_not_found":
            return "condition is missing"
        case "union_tag_invalid":
            return f"condition must be one of {', '.join(_CONDITIONS)}"
    return str(each["msg"]).removeprefix("Value error, ")


def _mistake(lines: dict[Path, int], loc: Path, message: str) -> dict[str, Any]:
    # Within a session rule, pydantic names the condition that chose the model: no key of the document.
    path = loc[:2] + loc[3:] if len(loc) > 2 and loc[0] == "session_rule" and loc[2] in _CONDITIONS else loc
    key = ".".join(str(part) for part in path)
    return {"field": key or "policy", "line": line_of(lines, path), "message": message}


def _invalid(mistakes: list[dict[str, Any]]) -> Invalid:
    mistakes = sorted(mistakes, key=lambda mistake: int(mistake["line"]))
    first = mistakes[0]
    more = f" (and {len(mistakes) - 1} more)" if len(mistakes) > 1 else ""
    return Invalid(
        f"line {first['line']}: {first['field']}: {first['message']}{more}", field=first["field"], details=mistakes
    )


def _cross_checked(document: Document) -> list[tuple[Path, str]]:
    """What no single key tells: names that are taken twice, rules that cannot mean anything."""
    mistakes: list[tuple[Path, str]] = []
    kinds: tuple[tuple[str, list[Any]], ...] = (("rule", document.rule), ("session_rule", document.session_rule))
    for kind, rules in kinds:
        seen: Counter[str] = Counter()
        for place, rule in enumerate(rules):
            seen[rule.name] += 1
            if seen[rule.name] == 2:
                mistakes.append(((kind, place, "name"), f"there is another {kind} of the name {rule.name}"))
    for place, rule in enumerate(document.rule):
        if rule.effect == "deny" and rule.conditions.model_fields_set:
            mistakes.append(
                (("rule", place, "conditions"), "a rule that denies has no conditions: they bound what is let through")
            )
    for place, rule in enumerate(document.session_rule):
        if rule.condition == "token_budget" and rule.max_tokens is None and rule.max_cost_usd is None:
            mistakes.append((("session_rule", place, "max_tokens"), "set max_tokens, max_cost_usd or both"))
    return mistakes[:MAX_TOLD]
