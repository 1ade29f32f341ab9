"""GET and POST /api/config"""

import pytest

from local.engine import record_calls

PATH = "/api/config"


@pytest.fixture
def admin(workspace):
    return workspace.key("admin")


def save(stack, key, **body):
    return stack.call("POST", PATH, key=key, body=body)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_anonymous(stack, method):
    assert stack.call(method, PATH, body={} if method == "POST" else None).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403
    assert save(stack, workspace.key("traces:write", "traces:read", "budgets:write"), retention_days=1).status == 403


def test_another_workspaces_settings_are_not_there(stack, workspace, elsewhere, admin):
    assert save(stack, admin, retention_days=30).status == 200
    found = stack.call("GET", PATH, key=elsewhere.reader).json
    assert (found["version"], found["retention_days"]) == (0, None)
    assert stack.call("GET", PATH, key=elsewhere.reader, version=1).status == 404


def test_defaults(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.reader).json == {
        "retention_days": None,
        "redaction": {"enabled": True, "patterns": []},
        "analysis": {"automatic": True, "disabled_detectors": []},
        "memory": {"from_traces": False},
        "price_overrides": {},
        "ui": {"theme": "system", "default_page": "dashboard", "sessions_per_page": 50},
        "version": 0,
        "updated_at": None,
        "updated_by": None,
    }


def test_what_is_named_is_set_and_the_rest_stays(stack, workspace, admin):
    first = save(stack, admin, retention_days=90, ui={"theme": "dark"})
    assert (first.status, first.json["version"], first.json["ui"]["sessions_per_page"]) == (200, 1, 50)
    second = save(stack, admin, price_overrides={"our-model": {"input": 1.5, "output": 7}}).json
    assert (second["version"], second["retention_days"], second["ui"]["theme"]) == (2, 90, "dark")
    assert second["price_overrides"]["our-model"] == {
        "input": 1.5,
        "output": 7.0,
        "cache_read": None,
        "cache_write": None,
    }
    assert stack.call("GET", PATH, key=workspace.reader).json == second
    assert stack.call("GET", PATH, key=workspace.reader, version=1).json == first.json


def test_a_part_of_a_section_leaves_the_others_beside_it(stack, workspace, admin):
    save(stack, admin, ui={"theme": "dark"}, analysis={"automatic": False})
    found = save(stack, admin, ui={"sessions_per_page": 20}, analysis={"disabled_detectors": ["retry_loop"]}).json
    assert found["ui"] == {"theme": "dark", "default_page": "dashboard", "sessions_per_page": 20}
    assert found["analysis"] == {"automatic": False, "disabled_detectors": ["retry_loop"]}


def test_prices_are_replaced_as_a_whole(stack, workspace, admin):
    save(stack, admin, price_overrides={"a": {"input": 1, "output": 1}})
    found = save(stack, admin, price_overrides={"b": {"input": 1, "output": 1}}).json
    assert list(found["price_overrides"]) == ["b"]


def test_what_get_shows_can_be_sent_back(stack, workspace, admin):
    shown = save(stack, admin, retention_days=90).json
    assert save(stack, admin, **shown).json == shown
    edited = save(stack, admin, **shown | {"retention_days": 91}).json
    assert (edited["version"], edited["retention_days"]) == (2, 91)
    late = save(stack, admin, **shown | {"retention_days": 92})
    assert (late.status, late.error["code"]) == (409, "conflict")
    assert stack.call("GET", PATH, key=workspace.reader).json == edited


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"retention": 3}, "retention"),
        ({"ui": {"colour": "red"}}, "ui.colour"),
        ({"ui": {"theme": "pink"}}, "ui.theme"),
        ({"ui": {"sessions_per_page": 0}}, "ui.sessions_per_page"),
        ({"retention_days": 0}, "retention_days"),
        ({"retention_days": "90"}, "retention_days"),
        ({"redaction": {"patterns": "aws"}}, "redaction.patterns"),
        ({"redaction": {"patterns": ["aws", "nope"]}}, "redaction.patterns.1"),
        ({"analysis": {"disabled_detectors": ["nope"]}}, "analysis.disabled_detectors.0"),
        ({"analysis": {"automatic": 1}}, "analysis.automatic"),
        ({"memory": {"from_traces": "yes"}}, "memory.from_traces"),
        ({"price_overrides": {"m": {"input": 1}}}, "price_overrides.m.output"),
        ({"price_overrides": {"m": {"input": -1, "output": 1}}}, "price_overrides.m.input"),
        ({"price_overrides": {"m": {"input": 1, "output": 1, "cached": 1}}}, "price_overrides.m.cached"),
    ],
)
def test_a_bad_key_is_named_and_nothing_is_written(stack, workspace, admin, body, field):
    answer = save(stack, admin, **{"retention_days": 7} | body)
    assert (answer.status, answer.error["code"]) == (422, "validation_error")
    assert answer.error["details"][0]["field"] == field
    assert stack.call("GET", PATH, key=workspace.reader).json["version"] == 0


def test_a_change_is_in_the_audit_log(stack, workspace, admin):
    save(stack, admin, retention_days=9)
    save(stack, admin, retention_days=9)
    found = stack.call("GET", "/api/traces/wakeline:audit/events", key=workspace.reader).json["events"]
    assert [each["payload"]["action"] for each in found] == ["config.updated"]


def test_what_it_costs(stack, workspace, admin):
    with record_calls() as calls:
        assert save(stack, admin, retention_days=9).status == 200
    # The key, the settings, the note in the audit log (its trace being new), the change.
    operations = [call.operation for call in calls.dynamodb]
    assert operations[:2] == ["UpdateItem", "GetItem"]
    assert operations[-1] == "TransactWriteItems"
    assert len(operations) <= 7
    with record_calls() as calls:
        assert stack.call("GET", PATH, key=admin).status == 200
    assert [call.operation for call in calls.dynamodb] == ["UpdateItem", "GetItem"]
