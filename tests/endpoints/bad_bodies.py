"""Bodies that no endpoint takes, each with its status under /api/ and a word its message must hold."""

import gzip
import json

MEGABYTE = 1024 * 1024


def nested(levels: int) -> bytes:
    return b'{"payload": ' + b'{"a": ' * levels + b"1" + b"}" * levels + b"}"


UNREADABLE = {
    "nothing": (b"{", {}, 400, "JSON"),
    "single quotes": (b"{'id': 'x'}", {}, 400, "JSON"),
    "NaN": (b'{"metadata": {"a": NaN}}', {}, 400, "JSON"),
    "Infinity": (b'{"metadata": {"a": -Infinity}}', {}, 400, "JSON"),
    "a lone surrogate": (b'{"name": "\\ud800"}', {}, 400, "JSON"),
    "a lone surrogate in a key": (b'{"metadata": {"\\udfff": 1}}', {}, 400, "JSON"),
    # In gzip, since API Gateway hands JSON on as text and has replaced such bytes by then.
    "bytes that are not UTF-8": (
        gzip.compress(b'{"name": "\xff\xfe"}'),
        {"Content-Encoding": "gzip"},
        400,
        "JSON",
    ),
    "UTF-16": ('{"name": "x"}'.encode("utf-16"), {}, 400, "JSON"),
    "two values": (b"{} {}", {}, 400, "JSON"),
    "nesting of 70": (nested(70), {}, 422, "nested"),
    "nesting of 100 000": (nested(100_000), {}, 422, "nested"),
    "brackets without end": (b"[" * 100_000, {}, 422, "nested"),
    "a list": (b"[]", {}, 422, "object"),
    "a number": (b"17", {}, 422, "object"),
    "a string": (b'"text"', {}, 422, "object"),
    "null": (b"null", {}, 422, "object"),
    "what says gzip and is cut off": (
        gzip.compress(b'{"name": "x"}')[:-4],
        {"Content-Encoding": "gzip"},
        400,
        "gzip",
    ),
    "another encoding": (b"{}", {"Content-Encoding": "br"}, 400, "content-encoding"),
    "a gzip bomb": (gzip.compress(b" " * (50 * MEGABYTE), 9), {"Content-Encoding": "gzip"}, 413, "inflated"),
    "seven megabytes": (json.dumps({"user_goal": "x" * 7 * MEGABYTE}).encode(), {}, 413, "large"),
    "seven megabytes in gzip": (
        gzip.compress(json.dumps({"user_goal": "x" * 33 * MEGABYTE}).encode()),
        {"Content-Encoding": "gzip"},
        413,
        "inflated",
    ),
}
