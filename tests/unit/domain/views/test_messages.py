"""Messages, and which tokens they bear."""

from tests.unit.domain.views.made import made, shown
from wakeline.domain.views.messages import Messages
from wakeline.domain.views.room import Room


def user(text="q", **payload):
    return {"type": "user_message", "payload": {"content": text, **payload}}


def agent(text="a", **payload):
    return {"type": "agent_message", "payload": {"content": text, **payload}}


def call(output, **payload):
    return {"type": "llm_call", "payload": {"model": "m", "input_tokens": 10, "output_tokens": output, **payload}}


def tokens(*sent, only=None):
    return [item["tokens"] for item in shown(Messages("trc_1", Room(), only), made(*sent))]


def test_a_message():
    (item,) = shown(Messages("trc_1", Room()), made(agent("hi", model="m") | {"metadata": {"sidechain": True}}))
    told = {
        "id": "evt_0",
        "session_id": "trc_1",
        "index": 0,
        "type": "assistant",
        "role": "assistant",
        "content": "hi",
        "model": "m",
        "timestamp": "2026-03-21T10:00:00.000Z",
        "is_meta": False,
        "is_sidechain": True,
        "tokens": None,
    }
    assert item | told == item


def test_only_one_side():
    sent = made(user("1"), agent("2"), user("3"))
    assert [each["content"] for each in shown(Messages("t", Room(), "user"), sent)] == ["1", "3"]
    assert [each["content"] for each in shown(Messages("t", Room(), "assistant"), sent)] == ["2"]


def test_what_a_client_wrote_in_a_persons_name_says_so():
    sent = made(user(is_meta=True), user(is_compact_summary=True), user())
    assert [each["is_meta"] for each in shown(Messages("t", Room()), sent)] == [True, True, False]


def test_tokens_are_those_of_the_call_before():
    assert tokens(user(), call(5), agent(), user(), call(7), agent(), agent()) == [None, 15, None, 17, None]


def test_corrections_count_before_and_after_the_message():
    revision = call(3, revision=True, input_tokens=0)
    assert tokens(call(5), revision, agent(), revision, user(), call(1)) == [21, None]


def test_the_sum_is_that_of_the_session():
    sent = [call(5), agent(), call(5, revision=True, input_tokens=0), call(1), {"type": "reasoning"}, agent(), agent()]
    assert sum(filter(None, tokens(*sent))) == 31
    assert sum(filter(None, tokens(*sent, only="assistant"))) == 31


def test_an_erased_message_shows_what_is_left():
    (item,) = shown(Messages("t", Room()), made({"type": "user_message", "payload": None}))
    assert (item["content"], item["type"]) == ("", "user")
