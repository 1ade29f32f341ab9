"""Hooks as events: each kind, what is missing, what is strange, what is long."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.claude_code.hook_samples import FIELDS, WROTE, hook
from wakeline.domain.canonical import canonical
from wakeline.domain.claude_code.hooks import MAX_WHOLE, facts_of, identity, map_hook, read_hook, session_of
from wakeline.domain.errors import Invalid, Malformed
from wakeline.domain.events import NewEvent

KINDS = {
    "SessionStart": ["session_start"],
    "SessionEnd": ["session_end"],
    "UserPromptSubmit": ["user_message"],
    "PreToolUse": ["tool_call"],
    "PermissionRequest": ["notification"],
    "PermissionDenied": ["tool_result"],
    "PostToolUse": ["tool_result", "file_change"],
    "PostToolUseFailure": ["tool_result"],
    "Notification": ["notification"],
    "SubagentStart": ["subagent_start"],
    "SubagentStop": ["subagent_stop"],
    "TaskCreated": ["task_started"],
    "TaskCompleted": ["task_completed"],
    "Stop": ["agent_message", "state_change"],
    "StopFailure": ["error"],
    "PreCompact": ["compaction"],
    "PostCompact": ["compaction"],
    "FileChanged": ["file_change"],
    "Setup": ["custom.claude_code.setup"],
    "InstructionsLoaded": ["custom.claude_code.instructions_loaded"],
    "UserPromptExpansion": ["custom.claude_code.user_prompt_expansion"],
    "PostToolBatch": ["custom.claude_code.post_tool_batch"],
    "TeammateIdle": ["custom.claude_code.teammate_idle"],
    "ConfigChange": ["custom.claude_code.config_change"],
    "CwdChanged": ["custom.claude_code.cwd_changed"],
    "WorktreeCreate": ["custom.claude_code.worktree_create"],
    "Elicitation": ["custom.claude_code.elicitation"],
    "MessageDisplay": ["custom.claude_code.message_display"],
    "SomethingNew2027": ["custom.claude_code.something_new2027"],
}

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(sorted({name for fields in FIELDS.values() for name in fields} | {"agent_id", "cwd", "model"}))


def mapped(name, **said):
    """The events of a hook, as the ledger takes them."""
    events = map_hook(hook(name, **said))
    for event in events:
        NewEvent.read(event)
    return events


@pytest.mark.parametrize("name", FIELDS)
def test_each_kind(name):
    events = mapped(name)
    assert [event["type"] for event in events] == KINDS[name]
    assert all(event["metadata"]["hook_event_name"] == name for event in events)
    assert [event["metadata"]["hook"] for event in events if "hook" in event["metadata"]] == [hook(name)]


def payload(name, **said):
    return mapped(name, **said)[0]["payload"]


def test_a_tools_call_and_result_are_one_span():
    call, result = mapped("PreToolUse")[0], mapped("PostToolUse")[0]
    assert call["span_id"] == result["span_id"] == call["payload"]["call_id"] == "toolu_1"
    assert call["payload"]["arguments"] == hook("PreToolUse")["tool_input"]
    assert (result["payload"]["result"], result["payload"]["duration_ms"]) == (WROTE, 12)
    assert "error" not in result["payload"]


def test_a_write_changes_a_file():
    change = mapped("PostToolUse")[1]["payload"]
    assert (change["path"], change["action"], change["additions"], change["call_id"]) == (
        "/repo/a.py",
        "created",
        1,
        "toolu_1",
    )


def test_failures():
    failed = payload("PostToolUseFailure")
    assert (failed["error"], failed["interrupted"], failed["duration_ms"]) == ("exit 1", True, 7)
    assert payload("PostToolUseFailure", error="x" * 5000)["error"] == "x" * 1000
    assert payload("PostToolUseFailure", error={"message": "no"})["error"] == "no"
    assert payload("PostToolUseFailure", error=None)["error"] == "failed"
    assert (payload("PermissionDenied")["error"], payload("PermissionDenied")["denied"]) == ("too dangerous", True)
    assert payload("StopFailure") == {
        "message": "API Error: 429", "handled": False, "error_type": "rate_limit", "details": "429",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reason", "status"),
    [("clear", "completed"), ("logout", "completed"), ("other", "completed"), (None, "completed"),
     ("bypass_permissions_disabled", "failed"), ("crash", "failed")],
)  # fmt: skip
def test_how_a_session_ends(reason, status):
    assert payload("SessionEnd", reason=reason)["status"] == status


def test_stop():
    said, _stopped = mapped("Stop")
    assert said["payload"] == {"content": "Done."}
    assert "hook" not in said["metadata"]
    assert [event["type"] for event in mapped("Stop", last_assistant_message=None)] == ["state_change"]


def test_subagents():
    start, stop = mapped("SubagentStart")[0], mapped("SubagentStop")[0]
    assert start["span_id"] == stop["span_id"] == "agent:ag_1"
    assert (stop["payload"]["result"], stop["payload"]["agent_type"]) == ("Found it", "Explore")
    within = mapped("PreToolUse", agent_id="ag_1", agent_type="Explore")[0]
    assert within["parent_id"] == "agent:ag_1"
    assert within["metadata"]["sidechain"] is True


@pytest.mark.parametrize(
    ("name", "said"),
    [("UserPromptSubmit", {"prompt": None}), ("UserPromptSubmit", {"prompt": ["x"]}), ("PreToolUse", {"tool_name": 7}),
     ("FileChanged", {"event": "moved"}), ("FileChanged", {"file_path": ""})],
)  # fmt: skip
def test_what_lacks_what_its_event_needs_is_kept_as_it_is(name, said):
    (event,) = mapped(name, **said)
    assert event["type"].startswith("custom.claude_code.")
    assert event["metadata"]["hook"] == hook(name, **said)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("PreHTTPCall", "pre_httpcall"), ("ÄÖ", "unnamed"), ("a b/c", "a_b_c"), ("X" * 300, "x" * 64), ("___", "unnamed")],
)
def test_strange_names(name, kind):
    assert [event["type"] for event in mapped(name)] == [f"custom.claude_code.{kind}"]


def test_a_long_hook_is_not_kept_twice():
    content = "y" * MAX_WHOLE
    event = mapped("PreToolUse", tool_input={"content": content})[0]
    assert event["payload"]["arguments"] == {"content": content}
    assert event["metadata"]["hook_fields_in_payload"] == {"tool_input": "arguments"}
    kept = event["metadata"]["hook"]
    assert {**kept, "tool_input": event["payload"]["arguments"]} == hook("PreToolUse", tool_input={"content": content})


@given(st.sampled_from(sorted(FIELDS)), st.dictionaries(NAMES, ANY, max_size=8), ANY)
def test_any_hook_goes_in_whole(name, said, more):
    said = {"session_id": "s", "hook_event_name": name, **FIELDS[name], **said, "more": more}
    read = read_hook(json.dumps(said).encode())
    events = map_hook(read)
    for event in events:
        NewEvent.read(event)
        canonical(event["payload"])
        canonical(event["metadata"], "metadata")
    (kept,) = (event["metadata"]["hook"] for event in events if "hook" in event["metadata"])
    assert kept == read
    assert map_hook(read) == events
    assert identity(read) == identity(read_hook(json.dumps(said, indent=1).encode()))
    facts_of(read)


@given(st.binary(max_size=60))
def test_any_bytes(raw):
    with contextlib.suppress(Invalid, Malformed):
        read_hook(raw)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [(b"", Malformed), (b"{", Malformed), (b"[]", Invalid), (b"{}", Invalid), (b'{"session_id": "s"}', Invalid),
     (b'{"session_id": 7, "hook_event_name": "Stop"}', Invalid),
     (b'{"session_id": "", "hook_event_name": "x"}', Invalid),
     (b'{"session_id": "s", "hook_event_name": "x"} {}', Malformed), (b"[" * 100_000, Malformed),
     (b'{"session_id": "s", "hook_event_name": "x", "a": NaN}', Malformed)],
)  # fmt: skip
def test_what_is_no_hook(raw, kind):
    with pytest.raises(kind):
        read_hook(raw)


def test_what_json_cannot_carry_is_spelled_out():
    read = read_hook(b'{"session_id": "s", "hook_event_name": "x", "n": 9007199254740993, "t": "\\ud800"}')
    assert (read["n"], read["t"]) == ("9007199254740993", "\ufffd")


def test_sessions():
    assert session_of(hook("Stop")) == "3f2a0c1e-0000-4000-8000-000000000001"
    strange = session_of(hook("Stop", session_id="a/b c"))
    assert strange.startswith("h-")
    assert strange == session_of(hook("Setup", session_id="a/b c"))
    assert facts_of(hook("SessionStart"))["model"] == "claude-opus-4-5"


def test_identities():
    call = identity(hook("PreToolUse"))
    assert call[1] is True
    assert identity(hook("PreToolUse", permission_mode="plan")) == call
    assert identity(hook("PostToolUse"))[0] != call[0]
    assert identity(hook("PreToolUse", tool_use_id="toolu_9"))[0] != call[0]
    assert identity(hook("PreToolUse", tool_input={}))[0] != call[0]
    prompt = identity(hook("UserPromptSubmit"))
    assert prompt[1] is True
    assert identity(hook("UserPromptSubmit", prompt_id="p_2"))[0] != prompt[0]
    assert identity(hook("UserPromptSubmit", prompt_id=None))[1] is False
    assert identity(hook("Notification", prompt_id="p_1"))[1] is False
