"""GET /api/export"""

import csv
import io
import json
import re
import zipfile
from html.parser import HTMLParser

import pytest

from tests.endpoints.rolled import roll
from tests.factories import llm_call, message
from wakeline.services import reports

PATH = "/api/export"
AT = "2026-03-21T10:0{}:00Z"
HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e=cmd|' /C calc'!A0"


def export(stack, workspace, **query):
    return stack.call("GET", PATH, key=workspace.reader, **query)


def events(text="Fix the bug", error=None, path="/home/ann/shop/a.py"):
    call = {"tool_name": "Edit", "arguments": {"file_path": path}, "call_id": "c1"}
    said = [
        message(text),
        llm_call(cost_usd=0.25),
        {"type": "agent_message", "payload": {"content": "=1+1"}},
        {"type": "tool_call", "payload": call},
        {"type": "tool_result", "payload": {"call_id": "c1", "result": "ok", "error": error}},
        {"type": "subagent_start", "payload": {"agent_type": "reviewer", "description": text}},
        {"type": "compaction", "payload": {"trigger": "auto", "pre_tokens": 1000}},
    ]
    return [each | {"timestamp": AT.format(number)} for number, each in enumerate(said)]


class Page(HTMLParser):
    """What a browser would find: tags and their attributes."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.texts.append(data)


def test_anonymous(stack):
    assert stack.call("GET", PATH).status == 401


def test_missing_scope(stack, workspace):
    assert stack.call("GET", PATH, key=workspace.writer).status == 403


def test_another_workspaces_sessions_are_not_there(stack, workspace, elsewhere):
    trace = workspace.trace()
    assert export(stack, elsewhere, session_id=trace.id).status == 404
    assert export(stack, elsewhere).json == []
    assert len(export(stack, workspace).json) == 1


def test_json(stack, workspace):
    trace = workspace.trace(events=events(), cwd="/home/ann/shop")
    workspace.trace(started_at="2026-03-20T10:00:00.000Z")
    answer = export(stack, workspace, format="json")
    assert answer.headers["content-type"] == "application/json"
    assert re.fullmatch(r'attachment; filename="wakeline-\d{4}-\d\d-\d\d\.json"', answer.headers["content-disposition"])
    first, second = answer.json
    assert (first["session"]["id"], len(first["messages"]), len(first["tool_calls"])) == (trace.id, 2, 1)
    assert (first["session"]["cost"], first["truncated"], first["subagents"][0]["agent_type"]) == (
        0.25,
        False,
        "reviewer",
    )
    assert second["messages"] == []
    assert export(stack, workspace).json == answer.json


def test_filters(stack, workspace):
    one = workspace.trace(cwd="/home/ann/shop")
    two = workspace.trace(started_at="2026-03-20T23:59:59.999Z", cwd="/home/ann/web")

    def found(**query):
        return [each["session"]["id"] for each in export(stack, workspace, **query).json]

    assert found() == [one.id, two.id]
    assert found(project="shop") == [one.id]
    assert found(from_="2026-03-21") == [one.id]
    assert found(to="2026-03-20") == [two.id]
    assert found(session_id=two.id) == [two.id]
    assert found(project="nowhere") == []


def test_nothing_of_a_long_session_is_cut(stack, workspace, monkeypatch):
    result = {"result": "r" * 2_500_000}
    workspace.trace(
        "long",
        [
            *(message(f"{number}" + "x" * 240_000) for number in range(30)),
            {"type": "tool_call", "span_id": "s", "payload": {"tool_name": "Read", "arguments": {"n": "y" * 1000}}},
            {"type": "tool_result", "span_id": "s", "payload": result},
        ],
    )

    def rows(name):
        csv.field_size_limit(10_000_000)
        with zipfile.ZipFile(io.BytesIO(export(stack, workspace, format="csv").body)) as packed:
            return list(csv.DictReader(io.StringIO(packed.read(name).decode())))

    (session,) = export(stack, workspace, format="json").json
    assert session["truncated"] is False
    assert [len(each["content"]) for each in session["messages"]] == [240_001] * 10 + [240_002] * 20
    assert session["tool_calls"][0]["tool_response"] == result["result"]
    assert [len(each["content"]) for each in rows("messages.csv")] == [240_001] * 10 + [240_002] * 20
    (call,) = rows("tool_calls.csv")
    assert (len(call["tool_response"]), call["truncated"]) == (2_500_000, "")
    monkeypatch.setattr(reports, "MOST_BYTES", 1_000_000)
    (session,) = export(stack, workspace, format="json").json
    assert session["truncated"] is True
    assert rows("messages.csv")[-1]["truncated"] == "true"


def test_where_no_session_fits_the_file_is_an_empty_one(stack, workspace):
    workspace.trace()
    nowhere = {"project": "nowhere", "from_": "2026-03-01", "to": "2026-03-02"}
    assert export(stack, workspace, format="json", **nowhere).json == []
    with zipfile.ZipFile(io.BytesIO(export(stack, workspace, format="csv", **nowhere).body)) as packed:
        assert [packed.read(each).count(b"\n") for each in packed.namelist()] == [1, 1, 1]
    for query in (nowhere, {"project": "nowhere"}):
        report = export(stack, workspace, format="html", **query)
        assert report.status == 200
        assert "nowhere" in report.body.decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [({"format": "pdf"}, "format"), ({"from_": "soon"}, "from"), ({"session_id": "a b"}, "session_id")],
)
def test_a_bad_parameter_is_named(stack, workspace, query, field):
    answer = export(stack, workspace, **query)
    assert answer.status == 422
    assert field in answer.error["message"]


def test_csv(stack, workspace):
    trace = workspace.trace(events=events(HOSTILE), tags=["a", "b"])
    answer = export(stack, workspace, format="csv")
    assert answer.headers["content-type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(answer.body))
    assert packed.testzip() is None
    assert packed.namelist() == ["sessions.csv", "messages.csv", "tool_calls.csv"]
    read = {name: list(csv.DictReader(io.StringIO(packed.read(name).decode()))) for name in packed.namelist()}
    (session,) = read["sessions.csv"]
    assert (session["id"], session["tags"], session["cost"]) == (trace.id, '["a","b"]', "0.25")
    assert [each["content"] for each in read["messages.csv"]] == [HOSTILE, "'=1+1"]
    (call,) = read["tool_calls.csv"]
    assert (call["tool_name"], json.loads(call["tool_input"])) == ("Edit", {"file_path": "/home/ann/shop/a.py"})


def test_a_report(stack, workspace):
    workspace.trace(events=events(error="File not found"), cwd="/home/ann/shop", notes="Look here")
    roll(workspace)
    answer = export(stack, workspace, format="html")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    text = answer.body.decode()
    page = Page(text)
    said = " ".join(page.texts)
    for shown in ("Fix the bug", "Spend by day", "Tokens by day", "File not found", "/home/ann/shop/a.py", "Look here"):
        assert shown in said
    assert page.tags.count("svg") >= 4
    assert page.tags.count("section") == 2
    assert all(kind in text for kind in ("user_message", "assistant_message", "tool_call", "agent_spawn", "compaction"))
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_a_report_of_one_session(stack, workspace):
    trace = workspace.trace(events=events(), name="The one")
    workspace.trace(events=events("Another"), name="The other")
    roll(workspace)
    page = Page(export(stack, workspace, format="html", session_id=trace.id).body.decode())
    assert "$0.2500" in " ".join(page.texts)
    assert "The other" not in " ".join(page.texts)


def test_a_report_loads_and_runs_nothing(stack, workspace):
    workspace.trace(
        events=events(HOSTILE, error=HOSTILE, path=HOSTILE),
        name=HOSTILE.replace("\u202e", ""),
        cwd='/home/<b>x</b>/"onload=alert(1) x="',
        tags=["<script>"],
        notes="<iframe src=//evil>",
        branch="<svg onload=alert(1)>",
    )
    roll(workspace)
    text = export(stack, workspace, format="html").body.decode()
    page = Page(text)
    assert not {"script", "img", "iframe", "link", "object", "embed", "form", "base", "b"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "srcset", "action")]
    assert all(value.startswith("#s") for name, value in page.attributes if name in ("href", "xlink:href"))
    assert not re.findall(r"url\(|@import|https?://", text)
    assert "\u202e" not in text
    assert "default-src 'none'" in text


def test_a_project_key_exports_its_own(stack, workspace):
    workspace.trace()
    mine = workspace.trace(project_id="proj_2")
    key = workspace.key("traces:read", project="proj_2")
    answer = stack.call("GET", PATH, key=key)
    assert [each["session"]["id"] for each in answer.json] == [mine.id]


def test_too_many_sessions_are_said(stack, workspace, monkeypatch):
    from wakeline.services import reports

    monkeypatch.setitem(reports.MOST_SESSIONS, "html", 1)
    workspace.trace()
    workspace.trace()
    answer = export(stack, workspace, format="html")
    assert (answer.status, answer.error["code"]) == (413, "export_too_large")
    assert export(stack, workspace, format="csv").status == 200
