"""Every endpoint that changes something notes it in the audit log, or is listed here with the reason why not."""

import ast

from tests.rules.endpoints import Route, endpoint_files, routes_in_code
from tests.rules.template import ROOT

FUNCTIONS = ROOT / "functions"

RECORDS = "what runs record is in the ledger, with who recorded it"
DERIVED = "follows from the record, and can be had again"
NOTHING = "reads, by a body too large for an address"

UNNOTED = {
    "analysis/analyze_trace": DERIVED,
    "artifacts/create_artifact": RECORDS,
    "billing/create_checkout": "opens a page at the provider; what is bought there is noted when it is told",
    "billing/create_portal": "opens a page at the provider; what is changed there is noted when it is told",
    "commits/sync_commits": DERIVED,
    "evaluations/create_evaluation": "its governed trace is the note, hash-chained itself",
    "events/append_events": RECORDS,
    "hooks/record_hook": RECORDS,
    "memory/create_memory": "what agents remember; each memory keeps its history, with who wrote what",
    "memory/search_memory": NOTHING,
    "otlp/ingest_otlp": RECORDS,
    "policy/check_policy": NOTHING,
    "search/search_spans": NOTHING,
    "traces/create_trace": RECORDS,
    "traces/ingest_traces": RECORDS,
    "traces/record_outcome": RECORDS,
}


def changing() -> dict[str, ast.Module]:
    """The endpoint files that take anything but GET, by `<noun>/<file>`."""
    routes: set[Route] = routes_in_code(FUNCTIONS)
    handlers = {route.handler for route in routes if route.method != "GET"}
    files = {".".join(file.relative_to(FUNCTIONS).with_suffix("").parts): file for file in endpoint_files(FUNCTIONS)}
    return {
        f"{file.parent.name}/{file.stem}": ast.parse(file.read_text())
        for name, file in files.items()
        if f"{name}.handler" in handlers
    }


def notes(tree: ast.Module) -> bool:
    """Whether an endpoint hands an audit log on."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "audit_log"
        for node in ast.walk(tree)
    )


def test_every_change_is_noted_or_listed():
    silent = {name for name, tree in changing().items() if not notes(tree)}
    assert silent == set(UNNOTED)


def test_what_notes_is_told_from_what_does_not():
    assert notes(ast.parse("things.make(store, govern.audit_log())"))
    assert not notes(ast.parse("things.make(store)"))
