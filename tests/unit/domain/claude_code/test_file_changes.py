import hashlib

import pytest

from .written import assistant, call, events_of, kinds, only, result_of

PATCH = [{"oldStart": 1, "oldLines": 2, "newStart": 1, "newLines": 3, "lines": [" a", "-b", "+c", "+d"]}]


def change(tool, arguments, outcome=None, content="ok", *before):
    events = events_of(*before, assistant(call("t1", tool, **arguments)), result_of("t1", content, outcome))
    event = only(events, "file_change")
    assert event["parent_id"] == "t1"
    payload = dict(event["payload"])
    assert payload.pop("call_id") == "t1"
    return payload


def counted(payload):
    return payload["action"], payload["additions"], payload["deletions"]


def test_write_of_a_new_file():
    outcome = {"type": "create", "filePath": "/r/a.py", "content": "x\ny\n", "structuredPatch": []}
    assert change("Write", {"file_path": "/r/a.py", "content": "x\ny\n"}, outcome) == {
        "path": "/r/a.py",
        "action": "created",
        "additions": 2,
        "deletions": 0,
        "content_sha256": hashlib.sha256(b"x\ny\n").hexdigest(),
    }


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"type": "update", "filePath": "/a", "content": "a\nc\nd\n", "structuredPatch": PATCH}, ("modified", 2, 1)),
        (
            {"type": "update", "filePath": "/a", "content": "a\nc\n", "originalFile": "a\nb\n", "structuredPatch": []},
            ("modified", 1, 1),
        ),
        ({"filePath": "/a", "content": "a\nc\n", "originalFile": "a\nb\n"}, ("modified", 1, 1)),
        ({"filePath": "/a", "content": "a\nc\n", "originalFile": None}, ("created", 2, 0)),
        ({"type": "update", "filePath": "/a", "content": "a\nc\n"}, ("modified", 2, 0)),
    ],
)
def test_write_over_a_file(outcome, expected):
    assert counted(change("Write", {"file_path": "/a", "content": "a\nc\n"}, outcome)) == expected


def test_write_without_structured_result_goes_by_the_text_and_by_what_was_seen():
    write = {"file_path": "/a", "content": "x\n"}
    assert counted(change("Write", write, None, "File created successfully at: /a")) == ("created", 1, 0)
    assert counted(change("Write", write, None, "The file /a has been updated.")) == ("modified", 1, 0)
    assert counted(change("Write", write, None, "")) == ("created", 1, 0)
    read = [assistant(call("t0", "Read", file_path="/a")), result_of("t0")]
    assert counted(change("Write", write, None, "", *read)) == ("modified", 1, 0)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (
            {
                "filePath": "/a",
                "oldString": "b",
                "newString": "c\nd",
                "originalFile": "a\nb\n",
                "structuredPatch": PATCH,
            },
            ("modified", 2, 1),
        ),
        ({"filePath": "/a", "oldString": "b", "newString": "c\nd", "originalFile": "a\nb\n"}, ("modified", 2, 1)),
        (
            {"filePath": "/a", "oldString": "b", "newString": "c", "originalFile": "b\nb\nb\n", "replaceAll": True},
            ("modified", 3, 3),
        ),
        ({"filePath": "/a", "oldString": "", "newString": "c\n", "originalFile": ""}, ("created", 1, 0)),
        (None, ("modified", 1, 1)),
    ],
)
def test_edit(outcome, expected):
    assert counted(change("Edit", {"file_path": "/a", "old_string": "b", "new_string": "c"}, outcome)) == expected


def test_multi_edit_adds_up_its_edits():
    edits = [{"old_string": "a", "new_string": "b\nc"}, {"old_string": "d\ne", "new_string": ""}, "broken"]
    assert counted(change("MultiEdit", {"file_path": "/a", "edits": edits})) == ("modified", 2, 3)


@pytest.mark.parametrize(("mode", "additions"), [("insert", 2), ("replace", 2), (None, 2), ("delete", 0)])
def test_notebook_edit(mode, additions):
    outcome = {"new_source": "a\nb", "edit_mode": mode, "error": "", "cell_number": 1}
    payload = change("NotebookEdit", {"notebook_path": "/n.ipynb", "new_source": "a\nb"}, outcome)
    assert payload["path"] == "/n.ipynb"
    assert counted(payload) == ("modified", additions, 0)


@pytest.mark.parametrize(
    ("tool", "result"),
    [
        ("Write", result_of("t1", "no", is_error=True)),
        ("Write", result_of("t1", "no", "Error: permission denied")),
        ("Write", result_of("t1", "no", {"error": "cell not found"})),
        ("Read", result_of("t1", "text", {"type": "text", "file": {"filePath": "/a"}})),
    ],
)
def test_a_failed_write_or_another_tool_changes_nothing(tool, result):
    assert "file_change" not in kinds(events_of(assistant(call("t1", tool, file_path="/a", content="x")), result))


def test_a_write_without_path_changes_nothing():
    assert "file_change" not in kinds(events_of(assistant(call("t1", "Write", content="x")), result_of("t1")))


def test_with_two_results_in_a_line_the_arguments_tell():
    both = result_of("t1", "ok", {"type": "create", "filePath": "/b", "content": "x\ny\n"})
    both["message"]["content"].append({"type": "tool_result", "tool_use_id": "t2", "content": "ok"})
    calls = assistant(
        call("t1", "Write", file_path="/a", content="x\n"), call("t2", "Write", file_path="/b", content="y\n")
    )
    changes = [event["payload"] for event in events_of(calls, both) if event["type"] == "file_change"]
    assert [(payload["path"], payload["additions"]) for payload in changes] == [("/a", 1), ("/b", 1)]
