"""File names: what a sender calls a file, made into a name that is safe to store and to save."""

import re
import unicodedata
from urllib.parse import quote

from .media_types import MediaType

MAX_BYTES = 180
"""Of a file name in UTF-8; file systems take 255, and whoever saves it may add to it."""

_FORBIDDEN = re.compile(r'[<>:"|?*]')
_UNSTORED = re.compile(r"[^A-Za-z0-9._-]+")
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", re.IGNORECASE)
_ACTIVE = re.compile(r"bat|cmd|com|exe|hta|mjs|jse?|m?html?|shtml|xhtm?l?|msi|pif|ps1|scr|svg|vb[es]|wsf|xml|xsl")
"""Endings by which a double click runs a file. As text it is stored under such a name with `.txt` behind it."""


def safe_filename(given: str, media: MediaType) -> str:
    """The last part of a path, without what could mislead a file system or a reader, with an ending that fits its type.

    Control and direction characters go, the characters that Windows forbids become `_`. Never empty, at most
    `MAX_BYTES` bytes. Idempotent.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    kept = (" " if char.isspace() else char for char in last)
    shown = "".join(char for char in kept if unicodedata.category(char)[0] not in "CZ" or char == " ")
    name = " ".join(_FORBIDDEN.sub("_", shown).split()).strip(". ")
    if _DEVICE.match(name):
        name = f"_{name}"
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    fits = ending.lower() in media.extensions
    if media.name == "text/plain":
        fits = 0 < len(ending) <= 16 and _ACTIVE.fullmatch(ending.lower()) is None
    if not fits:
        stem, ending = name, media.extensions[0]
    room = MAX_BYTES - len(ending.encode()) - 1
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return f"{stem or 'artifact'}.{ending}"


def stored_name(filename: str) -> str:
    """The last part of a storage path: ASCII, so that it needs no escaping anywhere."""
    return _UNSTORED.sub("_", filename)[-100:].lstrip(".") or "artifact"


def disposition(filename: str) -> str:
    """The Content-Disposition that has a browser save, and never show, the file (RFC 6266)."""
    return f"attachment; filename=\"{stored_name(filename)}\"; filename*=UTF-8''{quote(filename, safe='')}"
