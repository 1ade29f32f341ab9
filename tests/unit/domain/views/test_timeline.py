"""The timeline of a session."""

from tests.unit.domain.views.made import made, shown
from wakeline.domain.views.room import Room
from wakeline.domain.views.timeline import Timeline


def test_ledger_order_whatever_the_clocks_say():
    sent = made(
        {"type": "user_message", "payload": {"content": "a\n  b"}, "timestamp": "2026-03-21T12:00:00.000Z"},
        {"type": "llm_call", "payload": {"model": "m", "input_tokens": 1, "output_tokens": 1}},
        {"type": "reasoning", "payload": {"content": "hm"}},
        {"type": "agent_message", "payload": {"content": "c"}},
        {"type": "subagent_start", "payload": {"agent_type": "Explore"}},
        {"type": "tool_call", "span_id": "s", "payload": {"tool_name": "Bash"}},
        {"type": "compaction", "payload": {"trigger": "manual", "pre_tokens": 5}},
        {"type": "tool_result", "span_id": "s", "payload": {"error": "x" * 900}},
    )
    entries = shown(Timeline("trc_1", Room()), sent)
    assert [(each["type"], each["index"]) for each in entries] == [
        ("user_message", 0),
        ("assistant_message", 3),
        ("agent_spawn", 4),
        ("tool_call", 5),
        ("compaction", 6),
    ]
    assert (entries[0]["preview"], entries[1]["tokens"]) == ("a b", 2)
    assert (entries[3]["success"], len(entries[3]["error"])) == (False, 500)
    assert (entries[4]["trigger_reason"], entries[4]["post_tokens"]) == ("manual", None)


def test_entries_count_against_the_answer():
    room = Room()
    shown(Timeline("trc_1", room), made({"type": "tool_call", "payload": {"tool_name": "\x00" * 1024}}))
    assert room.left < 5_000_000 - 6 * 1024
