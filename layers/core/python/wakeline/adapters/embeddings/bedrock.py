"""Amazon Bedrock: Titan Text Embeddings v2, or another model that takes `inputText`.

Bedrock embeds one text a call, so calls go out side by side; each text is asked for once, and a throttled one again
after a while. https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html
"""

import json
import random
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from wakeline.adapters import aws
from wakeline.domain.search.state import EmbeddingFailed
from wakeline.domain.search.vectors import quantised

SIDE_BY_SIDE = 8
TRIES = 6
MAX_TEXT = 20_000
"""Characters that are sent; the model takes 8 192 tokens."""
REMEMBERED = 2_000
_PASSING = frozenset(
    {"ThrottlingException", "ModelTimeoutException", "ServiceUnavailableException", "ModelNotReadyException"}
)


class BedrockEmbedder:
    """The `Embedder` port."""

    is_lexical = False
    floor = 0.15

    def __init__(self, model_id: str, dimensions: int) -> None:
        self.model = f"{model_id}@{dimensions}"
        self._model_id, self._dimensions = model_id, dimensions
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """A vector of each text; blank ones are zeros and cost nothing."""
        wanted = list(dict.fromkeys(text for text in texts if text.strip()))
        with self._lock:
            known = {text: self._known[text] for text in wanted if text in self._known}
        missing = [text for text in wanted if text not in known]
        if missing:
            with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(missing))) as pool:
                known |= zip(missing, pool.map(self._asked, missing), strict=True)
            self._remember(missing, known)
        return [known.get(text, bytes(self._dimensions)) for text in texts]

    def _remember(self, texts: Sequence[str], vectors: dict[str, bytes]) -> None:
        with self._lock:
            for text in texts:
                self._known[text] = vectors[text]
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def _asked(self, text: str) -> bytes:
        body = {"inputText": text[:MAX_TEXT], "dimensions": self._dimensions, "normalize": True}
        for attempt in range(TRIES):
            try:
                answer = aws.client("bedrock-runtime").invoke_model(
                    modelId=self._model_id,
                    body=json.dumps(body),
                    contentType="application/json",
                    accept="application/json",
                )
                vector = json.loads(answer["body"].read())["embedding"]
            except Exception as error:
                if aws.code_of(error) not in _PASSING or attempt == TRIES - 1:
                    raise EmbeddingFailed(f"the embedding model cannot be asked: {aws.code_of(error)}") from error
                time.sleep(random.uniform(0, min(8.0, 0.2 * 2**attempt)))  # noqa: S311 — jitter is no secret
                continue
            if len(vector) != self._dimensions:
                raise EmbeddingFailed(f"the embedding model answered {len(vector)} dimensions")
            return quantised(vector)
        raise EmbeddingFailed("the embedding model cannot be asked")
