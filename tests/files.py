"""A small file of each type that an artifact may have: its first bytes are real."""

import io
import json
import struct
import wave
import zipfile
import zlib


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _wav() -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(b"\0\0" * 80)
    return held.getvalue()


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as writer:
        writer.writestr("a.txt", "hello")
    return held.getvalue()


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\0\0"))
    + _chunk(b"IEND", b"")
)
WEBM = bytes.fromhex("1a45dfa39f4286810142f7810142f2810442f381084282847765626d42878104428581021853806701ffffffffffffff")

FILES = {
    "image/png": PNG,
    "image/jpeg": bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffdb"),
    "image/webp": b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0",
    "video/webm": WEBM,
    "video/mp4": b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom\0\0\0\x08free",
    "audio/wav": _wav(),
    "audio/mpeg": b"ID3\x04\0\0\0\0\0\0\xff\xfb\x90\x44" + b"\0" * 100,
    "application/json": json.dumps({"a": [1, None, "ä"]}).encode(),
    "application/x-ndjson": b'{"a": 1}\n{"a": 2}\n',
    "text/plain": b"hello, \xe2\x98\x83\n",
    "application/pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n",
    "application/zip": _zip(),
}
