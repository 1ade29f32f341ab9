"""The embedder that needs nothing: it compares spelling."""

from collections.abc import Sequence

from wakeline.domain.search.lexical import MODEL, lexical_vector
from wakeline.domain.search.vectors import quantised


class LexicalEmbedder:
    """The `Embedder` port."""

    model = MODEL
    is_lexical = True
    floor = 0.1

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """A vector of each text's words."""
        return [quantised(lexical_vector(text)) for text in texts]
