"""The report, piece by piece: head, overview, and a page for each session with its timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wakeline.domain.stats.tokens import Day, Model, Project, Totals
from wakeline.domain.stats.tools import Errors, Heatmap, Tool

from .charts import Cells, Line, Series, bars, heat, ranking
from .style import STYLE
from .words import count, dollars, duration, escape, moment, percent, tokens

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
MOST_BARS = 120
"""More days are drawn as months."""
MOST_TOOLS = 15
MOST_FILES = 25
_KINDS = {
    "user_message": "Prompt",
    "assistant_message": "Answer",
    "agent_spawn": "Sub-agent",
    "compaction": "Compaction",
}


@dataclass(frozen=True, slots=True)
class Overview:
    """What a report says of all its sessions together."""

    totals: Totals
    days: Sequence[Day]
    models: Sequence[Model]
    projects: Sequence[Project]
    tools: Sequence[Tool]
    errors: Errors
    files: Heatmap


def head(title: str, about: str, made_at: str) -> str:
    """The beginning of the document. Its policy lets nothing load and nothing run, whatever the texts hold."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="referrer" content="no-referrer"><title>{escape(title)}</title><style>{STYLE}</style></head>\n'
        f"<body><header><h1>{escape(title)}</h1>"
        f'<p class="soft">{escape(about)} · made {escape(moment(made_at))} UTC</p></header>\n'
    )


def overview(said: Overview) -> str:
    """Numbers, charts and tables."""
    totals = said.totals
    cards = (
        (count(totals["sessions"]), "sessions"),
        (dollars(totals["cost"]), "spent"),
        (tokens(totals["tokens"]), "tokens"),
        (count(totals["prompts"]), "prompts"),
        (count(totals["tool_calls"]), "tool calls"),
        (percent(said.errors["error_rate"]), "of tool calls failed"),
        (count(totals["compactions"]), "compactions"),
    )
    shown = "".join(f"<div><strong>{escape(value)}</strong><span>{escape(name)}</span></div>" for value, name in cards)
    parts = [f'<section class="cards">{shown}</section>\n', _by_day(said.days), _errors(said)]
    if said.tools:
        lines = [Line(each["name"], each["count"], each["errors"]) for each in said.tools[:MOST_TOOLS]]
        parts.insert(2, _figure("Tools", ranking("Tool calls by tool", lines)))
    if said.files["files"]:
        cells = [Cells(each["path"], (each["reads"], each["writes"], each["edits"])) for each in said.files["files"]]
        parts.append(_figure("Files", heat("Reads, writes and edits by file", cells[:MOST_FILES])))
    return "".join(parts) + _models(said.models) + _projects(said.projects)


def session_list(sessions: Sequence[Mapping[str, Any]], detailed: int) -> str:
    """All sessions in a table; the first `detailed` have a page."""
    rows = []
    for place, each in enumerate(sessions):
        name = escape(each["summary"] or each["id"], 140)
        shown = f'<a href="#s{place}">{name}</a>' if place < detailed else name
        rows.append(
            f"<tr><td>{escape(moment(each['started_at']))}</td><td>{shown}</td>"
            f'<td>{escape(each["project_name"], 60)}</td><td class="n">{duration(each["duration_secs"])}</td>'
            f'<td class="n">{tokens(each["total_tokens"])}</td><td class="n">{dollars(each["cost"])}</td></tr>'
        )
    left_out = len(sessions) - detailed
    note = f'<p class="soft">The newest {detailed} sessions have a page below.</p>' if left_out > 0 else ""
    return note + _table("Sessions", ("started", "session", "project", "took", "tokens", "cost"), "".join(rows), 3)


def session_page(place: int, session: Mapping[str, Any], timeline: Sequence[Mapping[str, Any]], cut: bool) -> str:
    """One session: what is known of it, and what happened in it."""
    facts = (
        ("status", session["status"]),
        ("project", session["project"]),
        ("branch", session["branch"]),
        ("author", session["author"]),
        ("models", ", ".join(session["models"])),
    )
    known = " · ".join(f"{escape(name)} {escape(value, 200)}" for name, value in facts if value)
    tags = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in session["tags"])
    notes = f'<p class="notes">{escape(session["notes"])}</p>' if session["notes"] else ""
    numbers = (
        f"{escape(moment(session['started_at']))} UTC · {duration(session['duration_secs'])} · "
        f"{tokens(session['total_tokens'])} tokens · {dollars(session['cost'])} · "
        f"{count(session['tool_call_count'])} tool calls, {count(session['tool_error_count'])} failed"
    )
    entries = "".join(_entry(entry) for entry in timeline)
    end = '<p class="soft">The timeline goes on; its beginning is shown.</p>' if cut else ""
    return (
        f'<section class="session" id="s{place}"><h3>{escape(session["summary"] or session["id"], 300)}</h3>'
        f'<p class="soft">{escape(session["id"])}</p><p>{numbers}</p><p class="soft">{known}</p>'
        f'<p>{tags}</p>{notes}<ol class="timeline">{entries}</ol>{end}</section>\n'
    )


def foot() -> str:
    """The end of the document."""
    return '<footer><p class="soft">Made by Wakeline. Days are UTC; costs are US dollars.</p></footer></body></html>\n'


def _entry(entry: Mapping[str, Any]) -> str:
    kind = entry["type"]
    failed = kind == "tool_call" and entry["success"] is False
    shown = entry["tool"] if kind == "tool_call" else _KINDS.get(kind, kind)
    match kind:
        case "tool_call":
            took = entry["duration_ms"]
            text = "" if took is None else f'<span class="soft">{count(round(took))} ms</span>'
            text += f'<span class="error">{escape(entry["error"], 500)}</span>' if entry["error"] else ""
        case "agent_spawn":
            text = f'{escape(entry["agent_type"], 100)} <span class="soft">{escape(entry["description"], 200)}</span>'
        case "compaction":
            text = f'<span class="soft">{escape(entry["trigger_reason"])} {escape(entry["pre_tokens"])}</span>'
        case _:
            text = escape(entry["preview"], 200)
    # Of a type that callers cannot choose: the class is one of ours.
    return (
        f'<li class="{escape(kind)}{" failed" if failed else ""}">'
        f"<time>{escape(moment(entry['timestamp'])[11:])}</time>"
        f'<span class="kind">{escape(shown, 128)}</span>{text}</li>'
    )


def _by_day(days: Sequence[Day]) -> str:
    labels = [each["date"] for each in days]
    cost = [float(each["cost"] or 0) for each in days]
    used: dict[str, tuple[str, Sequence[float]]] = {
        "cache read": ("c3", [each["cache_read_tokens"] for each in days]),
        "cache write": ("c4", [each["cache_write_tokens"] for each in days]),
        "input": ("c1", [each["input_tokens"] for each in days]),
        "output": ("c2", [each["output_tokens"] for each in days]),
    }
    by = "day"
    if len(days) > MOST_BARS:
        months = sorted({label[:7] for label in labels})
        by = "month"

        def gathered(values: Sequence[float]) -> list[float]:
            sums = dict.fromkeys(months, 0.0)
            for label, value in zip(labels, values, strict=True):
                sums[label[:7]] += value
            return list(sums.values())

        cost, used = gathered(cost), {name: (colour, gathered(values)) for name, (colour, values) in used.items()}
        labels = months
    stacked = [Series(name, colour, values) for name, (colour, values) in used.items()]
    spend = bars(f"Spend by {by}", labels, [Series("spend", "c1", cost)], dollars)
    return _figure(f"Spend by {by}", spend) + _figure(
        f"Tokens by {by}", bars(f"Tokens by {by}", labels, stacked, tokens)
    )


def _errors(said: Overview) -> str:
    if not said.errors["common_errors"]:
        return ""
    trend = said.errors["error_trend"]
    drawn = bars(
        "Failed tool calls by day",
        [each["date"] for each in trend],
        [Series("failed", "bad", [each["errors"] for each in trend])],
        lambda number: count(round(number)),
    )
    rows = "".join(
        f'<tr><td>{escape(each["pattern"], 200)}</td><td class="n">{count(each["count"])}</td></tr>'
        for each in said.errors["common_errors"][:10]
    )
    table = f'<table><thead><tr><th>error</th><th class="n">count</th></tr></thead><tbody>{rows}</tbody></table>'
    return _figure("Errors", (drawn if len(trend) <= MOST_BARS else "") + table)


def _models(found: Sequence[Model]) -> str:
    rows = "".join(
        f'<tr><td>{escape(each["name"], 100)}</td><td class="n">{count(each["calls"])}</td>'
        + "".join(f'<td class="n">{tokens(number)}</td>' for number in _tokens_of(each))
        + f'<td class="n">{dollars(each["cost"])}</td></tr>'
        for each in found
    )
    names = ("model", "calls", "input", "output", "cache read", "cache write", "cost")
    return _table("Models", names, rows) if found else ""


def _tokens_of(model: Model) -> tuple[int, int, int, int]:
    return (model["input_tokens"], model["output_tokens"], model["cache_read_tokens"], model["cache_write_tokens"])


def _projects(found: Sequence[Project]) -> str:
    rows = "".join(
        f'<tr><td>{escape(each["path"] or "(no folder)", 200)}</td><td class="n">{count(each["sessions"])}</td>'
        f'<td class="n">{tokens(each["tokens"])}</td><td class="n">{dollars(each["cost"])}</td></tr>'
        for each in found[:50]
    )
    return _table("Projects", ("project", "sessions", "tokens", "cost"), rows) if len(found) > 1 else ""


def _table(title: str, names: Sequence[str], rows: str, texts: int = 1) -> str:
    """A table whose first columns are texts, the rest numbers."""
    heading = "".join(f"<th{' class=n' if at >= texts else ''}>{escape(name)}</th>" for at, name in enumerate(names))
    return f"<h2>{escape(title)}</h2><table><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table>\n"


def _figure(title: str, drawn: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawn}</figure>\n"
