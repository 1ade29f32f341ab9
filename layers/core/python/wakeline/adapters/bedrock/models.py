"""Bedrock's Converse: one call of a language model."""

from typing import Any

from wakeline.adapters import aws
from wakeline.domain.replay.engine import Converse, EngineFailed, Said

_PARAMETERS = {
    "temperature": "temperature",
    "top_p": "topP",
    "topP": "topP",
    "max_tokens": "maxTokens",
    "maxTokens": "maxTokens",
    "max_output_tokens": "maxTokens",
    "stop": "stopSequences",
    "stop_sequences": "stopSequences",
    "stopSequences": "stopSequences",
}
_PASSING = frozenset({"ThrottlingException", "ServiceUnavailableException", "ModelNotReadyException", "ServiceQuota"})


class BedrockModels:
    """The `Models` port."""

    def converse(self, call: Converse) -> Said:
        """Pattern: one Converse. The client library tries throttled calls again; what is left fails the replay."""
        from botocore.exceptions import BotoCoreError, ClientError

        request: dict[str, Any] = {
            "modelId": call.model,
            "messages": [{"role": role, "content": [{"text": text}]} for role, text in call.messages],
        }
        if call.system:
            request["system"] = [{"text": call.system}]
        settings = {_PARAMETERS[name]: value for name, value in call.parameters.items() if name in _PARAMETERS}
        if isinstance(settings.get("stopSequences"), str):
            settings["stopSequences"] = [settings["stopSequences"]]
        if settings:
            request["inferenceConfig"] = settings
        try:
            answer = aws.client("bedrock-runtime").converse(**request)
        except ClientError as error:
            code = aws.code_of(error) or "an error"
            why = "is throttled" if code in _PASSING else "refused the call"
            raise EngineFailed(f"Bedrock {why} ({code}) for the model {call.model}") from error
        except BotoCoreError as error:
            raise EngineFailed(f"Bedrock did not answer for the model {call.model}") from error
        return _said(answer)


def _said(answer: dict[str, Any]) -> Said:
    blocks = answer["output"]["message"]["content"]
    usage = answer.get("usage", {})
    return Said(
        text="".join(block["text"] for block in blocks if "text" in block),
        input_tokens=int(usage.get("inputTokens", 0)),
        output_tokens=int(usage.get("outputTokens", 0)),
        latency_ms=float(answer.get("metrics", {}).get("latencyMs", 0)),
        stop_reason=answer.get("stopReason"),
    )
