"""What bytes really are, whatever is said of them."""

import codecs
import re
from hashlib import sha256

from pydantic_core import from_json

from .media_types import MediaType

MAX_PARSED = 8 * 1024 * 1024
"""JSON up to this many bytes (a document, or one line of JSON Lines) is parsed; of longer ones, the ends are looked
at: parsing takes many times their size in memory.
"""

_HEAD = 4096
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""No text file holds these. Escape (0x1b) is in logs of terminals."""
_RATES = re.escape(bytes(byte for byte in range(256) if byte >> 4 != 15 and byte & 12 != 12))
"""Third bytes of a frame of MPEG audio: a bit rate and a sample rate that there are."""
_MPEG_AUDIO = re.compile(rb"ID3[\x02-\x04]|\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd][" + _RATES + rb"]", re.DOTALL)
_EBML_WEBM = re.compile(rb"\x1a\x45\xdf\xa3.{0,64}?\x42\x82.{1,8}?webm", re.DOTALL)

_SIGNATURES = {
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n.{4}IHDR", re.DOTALL),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF.{4}WEBPVP8[ LX]", re.DOTALL),
    "video/webm": _EBML_WEBM,
    "video/mp4": re.compile(rb".{4}ftyp", re.DOTALL),
    "audio/wav": re.compile(rb"(RIFF|RF64|BW64).{4}WAVE", re.DOTALL),
    "audio/mpeg": _MPEG_AUDIO,
    "application/pdf": re.compile(rb"%PDF-\d"),
    "application/zip": re.compile(rb"PK(\x03\x04|\x05\x06)"),
}


class Inspector:
    """Takes in a file piece by piece: how long it is, its SHA-256, and whether it is of the type that was declared."""

    def __init__(self, media: MediaType) -> None:
        self.size = 0
        self._media = media
        self._hash = sha256()
        self._head = b""
        self._text = codecs.getincrementaldecoder("utf-8")() if media.is_text else None
        self._fault: str | None = None
        self._control = self._undecodable = False
        self._waiting = bytearray()
        self._last = b""

    @property
    def sha256(self) -> str:
        """Hex digest of what was fed so far."""
        return self._hash.hexdigest()

    def feed(self, piece: bytes) -> None:
        """Take in the next bytes."""
        self.size += len(piece)
        self._hash.update(piece)
        if len(self._head) < _HEAD:
            self._head += piece[: _HEAD - len(self._head)]
        if self._text is not None and not self._undecodable:
            self._read_text(self._text, piece)

    def fault(self) -> str | None:
        """Once all is fed: what shows that it is not of its type; None when nothing does."""
        if self.size == 0:
            return "is empty"
        if self._text is None:
            known = _SIGNATURES[self._media.name].match(self._head)
            return None if known else f"is not {self._media.name}"
        try:
            self._text.decode(b"", final=True)
        except UnicodeDecodeError:
            self._undecodable = True
        # By rank, not by place: how the bytes were cut into pieces must not matter.
        if self._control:
            return "is not text: it holds control characters"
        if self._undecodable:
            return "is not UTF-8 text"
        if self._fault is None and self._media.name == "application/json":
            self._fault = self._json(bytes(self._waiting))
        elif self._fault is None and self._media.name == "application/x-ndjson":
            self._fault = self._line(bytes(self._waiting))
        return self._fault

    def _read_text(self, decoder: codecs.IncrementalDecoder, piece: bytes) -> None:
        try:
            text = decoder.decode(piece)
        except UnicodeDecodeError as error:
            read = bytes(error.object)
            kept_back = len(read) - len(piece)
            self._check(read[: error.start].decode(), piece[: max(0, error.start - kept_back)])
            self._undecodable = True
            return
        self._check(text, piece)

    def _check(self, text: str, piece: bytes) -> None:
        self._control = self._control or _CONTROL.search(text) is not None
        if self._fault is None and self._media.name != "text/plain":
            self._read_json(piece)

    def _read_json(self, piece: bytes) -> None:
        if self._media.name == "application/x-ndjson":
            *lines, piece = piece.split(b"\n")
            for line in lines:
                self._keep(line)
                self._fault = self._fault or self._line(bytes(self._waiting))
                self._waiting.clear()
                self._last = b""
        self._keep(piece)

    def _keep(self, piece: bytes) -> None:
        room = MAX_PARSED + 1 - len(self._waiting)
        self._waiting += piece[:room]
        self._last = piece.rstrip()[-1:] or self._last

    def _line(self, line: bytes) -> str | None:
        return self._json(line) if line.strip() else None

    def _json(self, document: bytes) -> str | None:
        """The fault of a document of which `document` is the whole, or the first `MAX_PARSED` bytes and one."""
        document = document.removeprefix(codecs.BOM_UTF8)
        if len(document) > MAX_PARSED:
            ends = document.lstrip()[:1] + self._last
            return None if ends in (b"{}", b"[]", b'""') else f"is not {self._media.name}"
        try:
            from_json(document)
        except ValueError as error:
            # Deeper than the parser goes: too deep to tell, and no harm.
            return None if "recursion limit" in str(error) else f"is not {self._media.name}"
        return None


def fault_of(content: bytes, media: MediaType) -> str | None:
    """Why `content` is not of its declared type, or None."""
    inspector = Inspector(media)
    inspector.feed(content)
    return inspector.fault()
