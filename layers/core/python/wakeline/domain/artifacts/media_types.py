"""The media types that an artifact may have."""

from dataclasses import dataclass

from ..errors import UnsupportedMedia


@dataclass(frozen=True, slots=True)
class MediaType:
    """`extensions` without dot, the usual one first; `aliases` are other names of the same type; `kind` is what an
    artifact of the type is taken for when its sender does not say.
    """

    name: str
    extensions: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    kind: str = "file"
    is_text: bool = False


MEDIA_TYPES = (
    MediaType("image/png", ("png",), kind="screenshot"),
    MediaType("image/jpeg", ("jpg", "jpeg"), ("image/jpg",), kind="screenshot"),
    MediaType("image/webp", ("webp",), kind="screenshot"),
    MediaType("video/webm", ("webm",), kind="replay"),
    MediaType("video/mp4", ("mp4", "m4v"), kind="replay"),
    MediaType("audio/wav", ("wav",), ("audio/wave", "audio/x-wav", "audio/vnd.wave"), kind="audio"),
    MediaType("audio/mpeg", ("mp3",), ("audio/mp3",), kind="audio"),
    MediaType("application/json", ("json",), is_text=True),
    MediaType(
        "application/x-ndjson",
        ("jsonl", "ndjson"),
        ("application/jsonl", "application/ndjson", "application/jsonlines", "application/x-jsonlines"),
        is_text=True,
    ),
    MediaType("text/plain", ("txt",), is_text=True),
    MediaType("application/pdf", ("pdf",)),
    MediaType("application/zip", ("zip",), ("application/x-zip-compressed", "application/x-zip")),
)

_BY_NAME = {name: media for media in MEDIA_TYPES for name in (media.name, *media.aliases)}
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii"})


def media_type(given: str) -> MediaType:
    """The type that a Content-Type names; its parameters say nothing but a charset, which must be UTF-8.

    Raises `UnsupportedMedia`.
    """
    name, *parameters = (part.strip().lower() for part in given.split(";"))
    media = _BY_NAME.get(name)
    if media is None:
        known = ", ".join(each.name for each in MEDIA_TYPES)
        raise UnsupportedMedia(f"content type {name[:80]!r} is not one of {known}", field="content_type")
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if media.is_text and key.strip() == "charset" and value.strip().strip('"') not in _UTF8:
            raise UnsupportedMedia("text must be UTF-8", field="content_type")
    return media
