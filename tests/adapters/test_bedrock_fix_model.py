"""Asking a model for a fix: the request that Bedrock gets, by its own service model, and every way it can go wrong."""

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError
from botocore.stub import ANY, Stubber

from wakeline.adapters.bedrock.fix_model import MAX_TOKENS, SECONDS, BedrockFixModel, _client
from wakeline.domain.fixes.outside import FixUnavailable
from wakeline.domain.fixes.proposal import INSTRUCTIONS, Proposal

SCHEMA = Proposal.model_json_schema()


@pytest.fixture
def bedrock():
    """A client whose answers a test sets, and which checks them and what it is sent against the service model."""
    client = botocore.session.get_session().create_client(
        "bedrock-runtime", "eu-central-1", aws_access_key_id="x", aws_secret_access_key="x", config=Config()
    )
    with Stubber(client) as stubber:
        yield client, stubber


def answer(*content, stop="tool_use"):
    return {
        "output": {"message": {"role": "assistant", "content": list(content)}},
        "stopReason": stop,
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }


def ask(client):
    return BedrockFixModel("model-1", client).ask(INSTRUCTIONS, "evidence", SCHEMA)


def test_one_call_that_has_to_answer_in_shape(bedrock):
    client, stubber = bedrock
    used = {"toolUse": {"toolUseId": "t", "name": "propose_fix", "input": {"summary": "x"}}}
    wanted = {
        "modelId": "model-1",
        "system": [{"text": INSTRUCTIONS}],
        "messages": [{"role": "user", "content": [{"text": "evidence"}]}],
        "inferenceConfig": {"maxTokens": MAX_TOKENS, "temperature": 0},
        "toolConfig": {"tools": ANY, "toolChoice": {"tool": {"name": "propose_fix"}}},
    }
    stubber.add_response("converse", answer({"text": "Here."}, used), wanted)
    assert ask(client) == {"summary": "x"}
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize("said", [answer({"text": "I would rather not."}, stop="end_turn"), answer(stop="max_tokens")])
def test_an_answer_of_another_shape(bedrock, said):
    client, stubber = bedrock
    stubber.add_response("converse", said)
    with pytest.raises(FixUnavailable, match=said["stopReason"]):
        ask(client)


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException", "ValidationException"])
def test_a_model_that_refuses(bedrock, code):
    client, stubber = bedrock
    stubber.add_client_error("converse", code, "arn:aws:secret-of-the-account")
    with pytest.raises(FixUnavailable, match=code) as caught:
        ask(client)
    assert "arn:" not in str(caught.value)


def test_a_model_that_is_slow():
    class Slow:
        def converse(self, **_):
            raise ReadTimeoutError(endpoint_url="https://bedrock")

    with pytest.raises(FixUnavailable, match="ReadTimeoutError"):
        ask(Slow())


def test_it_gives_up_in_time_and_asks_once(monkeypatch):
    for name, value in (("DEFAULT_REGION", "eu-central-1"), ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    _client.cache_clear()
    config = _client().meta.config
    assert config.read_timeout == SECONDS < 28
    assert config.retries["total_max_attempts"] == 1
    _client.cache_clear()
