"""Bedrock's Converse against an endpoint on this machine that answers as Bedrock does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from wakeline.adapters import aws
from wakeline.adapters.bedrock.fix_model import BedrockFixModel
from wakeline.adapters.bedrock.models import BedrockModels
from wakeline.domain.fixes.outside import FixUnavailable
from wakeline.domain.replay.engine import Converse, EngineFailed

CALL = Converse(
    "anthropic.claude-x",
    "Be brief",
    (("user", "Hello"), ("assistant", "Hi"), ("user", "And?")),
    {"temperature": 0.5, "max_tokens": 9, "stop": "END", "seed": 4},
)


class Bedrock:
    """What was asked, and what to answer: (status, error type, body)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.status, self.error = 200, ""
        self.body: dict[str, Any] = {
            "output": {"message": {"role": "assistant", "content": [{"text": "So "}, {"text": "be it."}]}},
            "usage": {"inputTokens": 12, "outputTokens": 4, "totalTokens": 16},
            "metrics": {"latencyMs": 321},
            "stopReason": "end_turn",
        }
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
                fake.asked.append((unquote(self.path), sent))
                answer = json.dumps(fake.body if fake.status == 200 else {"message": "too much"}).encode()
                self.send_response(fake.status)
                if fake.error:
                    self.send_header("x-amzn-errortype", fake.error)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def bedrock(loopback, monkeypatch) -> Iterator[Bedrock]:
    fake = Bedrock()
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", f"http://127.0.0.1:{fake.server.server_port}")
    for name, value in (("REGION", "eu-west-1"), ("DEFAULT_REGION", "eu-west-1"), ("ACCESS_KEY_ID", "x")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    # Else the client library waits between its tries.
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    aws.client.cache_clear()
    yield fake
    aws.client.cache_clear()
    fake.server.shutdown()
    fake.server.server_close()


def test_a_call_and_its_answer(bedrock):
    said = BedrockModels().converse(CALL)
    assert (said.text, said.input_tokens, said.output_tokens, said.latency_ms) == ("So be it.", 12, 4, 321)
    assert said.stop_reason == "end_turn"
    ((path, sent),) = bedrock.asked
    assert path == "/model/anthropic.claude-x/converse"
    assert sent["system"] == [{"text": "Be brief"}]
    assert [(each["role"], each["content"]) for each in sent["messages"]] == [
        ("user", [{"text": "Hello"}]),
        ("assistant", [{"text": "Hi"}]),
        ("user", [{"text": "And?"}]),
    ]
    assert sent["inferenceConfig"] == {"temperature": 0.5, "maxTokens": 9, "stopSequences": ["END"]}


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (429, "ThrottlingException", "Bedrock is throttled (ThrottlingException) for the model anthropic.claude-x"),
        (400, "ValidationException", "Bedrock refused the call (ValidationException) for the model anthropic.claude-x"),
        (403, "AccessDeniedException", "Bedrock refused the call (AccessDeniedException)"),
    ],
)
def test_what_it_refuses(bedrock, status, error, said):
    bedrock.status, bedrock.error = status, error
    with pytest.raises(EngineFailed) as caught:
        BedrockModels().converse(CALL)
    assert caught.value.message.startswith(said)
    # What may pass was tried again first.
    assert (len(bedrock.asked) > 1) == (status == 429)


def test_it_is_not_there(bedrock):
    bedrock.server.shutdown()
    bedrock.server.server_close()
    with pytest.raises(EngineFailed, match="did not answer"):
        BedrockModels().converse(CALL)


def test_an_embedded_aws_has_no_models(embedded):
    with pytest.raises(EngineFailed, match="ResourceNotFoundException"):
        BedrockModels().converse(CALL)
    with pytest.raises(FixUnavailable, match="ResourceNotFoundException"):
        BedrockFixModel("anthropic.claude-x").ask("Mend it", "It broke", {})
