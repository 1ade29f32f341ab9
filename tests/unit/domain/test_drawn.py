"""What is worth keeping of what people say."""

from dataclasses import replace
from typing import Any

import pytest

from wakeline.domain.drawn import MAX_MESSAGE, MAX_SENTENCE, MOST, drawn, key_of
from wakeline.domain.events import Event, NewEvent


def events(*sent: str | dict[str, Any]) -> list[Event]:
    made = []
    for number, each in enumerate(sent):
        raw: dict[str, Any] = {"type": "user_message", "payload": {"content": each}} if isinstance(each, str) else each
        NewEvent.read(raw)
        envelope = {"id": f"evt_{number}", "seq": number + 1, "index": number, "type": raw["type"]}
        made.append(Event(envelope, raw["payload"], raw.get("metadata"), b"", b"", b"", b""))
    return made


def said(*sent):
    return [(each.rule, each.category, each.value) for each in drawn(events(*sent))]


@pytest.mark.parametrize(
    ("text", "rule", "category"),
    [
        ("Always run the linter first.", "always", "instruction"),
        ("please never push to main", "never", "instruction"),
        ("You must never delete the fixtures!", "never", "instruction"),
        ("From now on, write the tests first.", "from_now_on", "instruction"),
        ("Don't touch the lock file again.", "not_again", "instruction"),
        ("I'd prefer tabs over spaces", "prefer", "preference"),
        ("We would rather have one long file.", "rather", "preference"),
        ("No, use pnpm here.", "no_but", "correction"),
        ("Actually, it's port 5433.", "no_but", "correction"),
        ("Use httpx, not requests.", "instead", "correction"),
        ("Use the staging database instead.", "instead", "correction"),
        ("Remember that the build needs Java 17.", "remember", "fact"),
        ("remember: never deploy on a Friday", "remember", "instruction"),
        ("Don't forget to bump the version.", "remember", "instruction"),
        ("Keep in mind that we prefer small commits", "remember", "preference"),
        ("FYI, the API moved to /v2 last week.", "for_your_information", "fact"),
        ("We use Postgres 16 in production.", "we_use", "fact"),
    ],
)
def test_what_is_said_for_next_time(text, rule, category):
    assert said(text) == [(rule, category, text)]


@pytest.mark.parametrize(
    "text",
    [
        "Never mind, it works now.",
        "Should I always run the linter?",
        "It always fails on the second run.",
        "Use the other file.",
        "No, that is fine.",
        "> Always run the linter.",
        "Remember the time it broke?",
        "```\nAlways run the linter.\n```",
        "<system-reminder>\nAlways run the linter.\n</system-reminder>",
        "We used to deploy by hand.",
        "Never again.",
        "",
        "Always " + "x" * MAX_SENTENCE,
        "Always run the linter. " + "word " * (MAX_MESSAGE // 5),
    ],
)
def test_what_is_not(text):
    assert said(text) == []


def test_only_what_people_say_in_a_conversation():
    rule = "Always run the linter."
    assert said({"type": "agent_message", "payload": {"content": rule}}) == []
    assert said({"type": "user_message", "payload": {"content": rule, "is_meta": True}}) == []
    assert said({"type": "user_message", "payload": {"content": rule}, "metadata": {"sidechain": True}}) == []
    (told,) = events(rule)
    assert list(drawn([replace(told, payload=None)])) == []


def test_sentences_and_lists_are_taken_apart_and_told_once():
    text = "Fix the login.\n- Always use tabs\n2. Never touch main. Thanks for that!"
    assert [value for _, _, value in said(text, "ALWAYS use tabs!")] == ["Always use tabs", "Never touch main."]
    assert key_of("Always use tabs") == key_of("always use TABS!") != key_of("Always use spaces")


def test_secrets_are_blacked_out_in_value_and_key():
    secret = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    (found,) = drawn(events(f"Remember that the token is {secret} for now"))
    assert found.value == "Remember that the token is [redacted:github_token] for now"
    assert secret.lower() not in found.key.lower()


def test_a_trace_gives_so_many_and_no_more():
    told = list(drawn(events(*(f"Always check step number {number}." for number in range(MOST + 5)))))
    assert [each.index for each in told] == list(range(MOST))
