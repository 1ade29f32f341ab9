"""Embeddings by Bedrock, its client stubbed: what is asked, once each, again when throttled, and what is refused."""

import io
import json
import math

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from wakeline.adapters import aws
from wakeline.adapters.embeddings import bedrock
from wakeline.domain.search.state import EmbeddingFailed
from wakeline.domain.search.vectors import similarity

MODEL = "amazon.titan-embed-text-v2:0"


@pytest.fixture
def stub(monkeypatch):
    """Bedrock, one call at a time, as a stub answers in order; and no waiting."""
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client = boto3.client("bedrock-runtime", region_name="eu-west-1", **keys)
    monkeypatch.setattr(aws, "client", lambda _name: client)
    monkeypatch.setattr(bedrock, "SIDE_BY_SIDE", 1)
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def waits(monkeypatch):
    """The most that each wait could have lasted, in seconds."""
    found: list[float] = []
    monkeypatch.setattr("wakeline.adapters.embeddings.bedrock.random.uniform", lambda _least, most: most)
    monkeypatch.setattr("wakeline.adapters.embeddings.bedrock.time.sleep", found.append)
    return found


def answers(stub, text, vector):
    body = json.dumps({"embedding": vector, "inputTextTokenCount": 1}).encode()
    asked = {"inputText": text, "dimensions": 2, "normalize": True}
    stub.add_response(
        "invoke_model",
        {"body": StreamingBody(io.BytesIO(body), len(body)), "contentType": "application/json"},
        {
            "modelId": MODEL,
            "body": json.dumps(asked),
            "contentType": "application/json",
            "accept": "application/json",
        },
    )


def test_each_text_is_asked_for_once_and_blank_ones_never(stub):
    embedder = bedrock.BedrockEmbedder(MODEL, 2)
    answers(stub, "a", [1.0, 0.0])
    answers(stub, "b", [0.0, 1.0])
    first, blank, again, other = embedder.embed(["a", " ", "a", "b"])
    assert (first, blank) == (again, bytes(2))
    assert math.isclose(similarity(first, again), 1, abs_tol=0.01)
    assert math.isclose(similarity(first, other), 0, abs_tol=0.01)
    assert embedder.embed(["b", "a"]) == [other, first]
    assert embedder.model == f"{MODEL}@2"


@pytest.mark.parametrize("code", ["ThrottlingException", "ServiceUnavailableException", "ModelTimeoutException"])
def test_what_passes_is_tried_again_after_longer_and_longer(stub, waits, code):
    for _ in range(3):
        stub.add_client_error("invoke_model", code)
    answers(stub, "a", [1.0, 0.0])
    assert any(bedrock.BedrockEmbedder(MODEL, 2).embed(["a"])[0])
    assert waits == [0.2, 0.4, 0.8]


def test_one_throttled_for_good_fails(stub, waits):
    for _ in range(bedrock.TRIES):
        stub.add_client_error("invoke_model", "ThrottlingException")
    with pytest.raises(EmbeddingFailed, match="ThrottlingException"):
        bedrock.BedrockEmbedder(MODEL, 2).embed(["a"])
    assert len(waits) == bedrock.TRIES - 1


def test_what_does_not_pass_is_not_tried_again(stub, waits):
    stub.add_client_error("invoke_model", "AccessDeniedException")
    with pytest.raises(EmbeddingFailed, match="AccessDeniedException"):
        bedrock.BedrockEmbedder(MODEL, 2).embed(["a"])
    assert waits == []


def test_a_vector_of_another_dimension_is_refused(stub):
    answers(stub, "a", [1.0, 0.0, 0.0])
    with pytest.raises(EmbeddingFailed, match="3 dimensions"):
        bedrock.BedrockEmbedder(MODEL, 2).embed(["a"])
