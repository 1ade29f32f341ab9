"""A language model on Bedrock that answers in a given shape: Converse with one tool that it has to call."""

from functools import cache
from typing import Any

from wakeline.adapters import aws
from wakeline.domain.fixes.outside import FixUnavailable

MAX_TOKENS = 4096
SECONDS = 20
"""For one answer. The request that waits for it has 28 seconds in all."""
TOOL = "propose_fix"


@cache
def _client() -> Any:
    """A client that gives up in time and does not ask twice."""
    from botocore.config import Config

    config = Config(
        connect_timeout=2,
        read_timeout=SECONDS,
        retries={"mode": "standard", "total_max_attempts": 1},
        parameter_validation=False,
        user_agent="wakeline",
    )
    return aws.session().create_client("bedrock-runtime", config=config)


class BedrockFixModel:
    """The `FixModel` port."""

    def __init__(self, model_id: str, client: Any = None) -> None:
        self._model_id = model_id
        self._client = client

    def ask(self, instructions: str, evidence: str, schema: dict[str, Any]) -> Any:
        """Pattern: one Converse."""
        from botocore.exceptions import BotoCoreError, ClientError

        tool = {"name": TOOL, "description": "Propose the fix.", "inputSchema": {"json": schema}}
        try:
            answer = (self._client or _client()).converse(
                modelId=self._model_id,
                system=[{"text": instructions}],
                messages=[{"role": "user", "content": [{"text": evidence}]}],
                inferenceConfig={"maxTokens": MAX_TOKENS, "temperature": 0},
                toolConfig={"tools": [{"toolSpec": tool}], "toolChoice": {"tool": {"name": TOOL}}},
            )
        except ClientError as error:
            raise FixUnavailable(f"the model refused: {aws.code_of(error) or 'an error'}") from error
        except BotoCoreError as error:
            raise FixUnavailable(f"the model did not answer: {type(error).__name__}") from error
        blocks = answer.get("output", {}).get("message", {}).get("content", [])
        for block in blocks:
            if block.get("toolUse", {}).get("name") == TOOL:
                return block["toolUse"].get("input")
        raise FixUnavailable(f"the model gave no answer in the shape asked for ({answer.get('stopReason', 'unknown')})")
