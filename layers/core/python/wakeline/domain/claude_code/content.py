"""Message content: text as one string, everything else as a small description."""

import hashlib
from typing import Any

from .shape import items, label, mapping, text


def text_of(content: Any) -> str:
    """The text of a message or tool result: a string, or the text blocks of a list, one below the other."""
    if isinstance(content, str):
        return content
    parts = [_text_in(block) for block in items(content)]
    return "\n".join(part for part in parts if part is not None)


def is_text(block: Any) -> bool:
    """Whether a content block is text; bare strings occur in old and broken files."""
    return _text_in(block) is not None


def without_media(content: Any) -> Any:
    """A tool result as stored: text as one string; a list with other blocks stays one, its binary data described."""
    if isinstance(content, list):
        if all(is_text(block) for block in content):
            return text_of(content)
        return [describe(block) for block in content]
    return "" if content is None else content


def describe(block: Any) -> Any:
    """A block with binary data replaced by size and hash, so that an image costs the ledger bytes, not megabytes."""
    source = mapping(mapping(block).get("source"))
    data = source.get("data")
    if not isinstance(data, str) or source.get("type") == "text":
        return block
    described = {
        **{name: value for name, value in source.items() if name != "data"},
        # Base64 holds three bytes in four characters.
        "size_bytes": len(data.rstrip("=")) * 3 // 4,
        "data_sha256": hashlib.sha256(data.encode()).hexdigest(),
    }
    return {**block, "source": described}


def summary_of(block: Any) -> dict[str, Any]:
    """A block of a user's message that is not text, for the payload's `blocks`."""
    described = describe(block)
    if not isinstance(described, dict):
        return {"type": "unknown", "value": described}
    return {**described, "type": label(described.get("type")) or "unknown"}


def _text_in(block: Any) -> str | None:
    if isinstance(block, str):
        return block
    if isinstance(block, dict) and block.get("type") == "text":
        return text(block.get("text")) or ""
    return None
