"""Every endpoint that changes something may note it in the audit log, or is listed here with the reason why not.

An endpoint notes through its service; what tells from outside is whether its function may write that log.
"""

from tests.rules.endpoints import routes_in_code
from tests.rules.template import FILES, ROOT, functions, has_policy, parse, together

FUNCTIONS = ROOT / "functions"
TEMPLATE = together(*(parse((ROOT / file).read_text()) for file in FILES))

RECORDS = "what runs record is in the ledger, with who recorded it"
DERIVED = "follows from the record, and can be had again"
NOTHING = "reads, by a body too large for an address"

UNNOTED = {
    "analysis.analyze_trace": DERIVED,
    "artifacts.create_artifact": RECORDS,
    "billing.create_checkout": "opens a page at the provider; what is bought there is noted when it is told",
    "billing.create_portal": "opens a page at the provider; what is changed there is noted when it is told",
    "commits.sync_commits": DERIVED,
    "evaluations.create_evaluation": "its governed trace is the note, hash-chained itself",
    "events.append_events": RECORDS,
    "hooks.record_hook": RECORDS,
    "memory.create_memory": "what agents remember; each memory keeps its history, with who wrote what",
    "memory.search_memory": NOTHING,
    "otlp.ingest_otlp": RECORDS,
    "policy.check_policy": NOTHING,
    "policy.dry_run_policy": NOTHING,
    "search.search_spans": NOTHING,
    "traces.create_trace": RECORDS,
    "traces.ingest_traces": RECORDS,
    "traces.record_outcome": RECORDS,
}


def test_every_change_is_noted_or_listed():
    by_handler = {properties["Handler"]: properties for properties in functions(TEMPLATE).values()}
    changing = {route.handler for route in routes_in_code(FUNCTIONS) if route.method != "GET"}
    silent = {handler for handler in changing if not has_policy(by_handler[handler], "AuditPolicy")}
    assert silent == {f"api.{name}.handler" for name in UNNOTED}
