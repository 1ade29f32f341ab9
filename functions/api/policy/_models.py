"""What the policy endpoints share: reading If-Match, and a policy as an answer."""

import re

from wakeline.domain.errors import Invalid, Malformed, UnsupportedMedia
from wakeline.domain.policy import MAX_TEXT
from wakeline.http.endpoint import Reply, Request
from wakeline.services.policies import Current

TOML = "application/toml"
_TAG = re.compile(r'(?:W/)?("[^"]*")|(\*)')


def tags_of(request: Request) -> tuple[str, ...] | None:
    """The entity tags of If-Match; None without one. Raises `Invalid`."""
    said = request.headers.get("if-match")
    if said is None:
        return None
    found = [_TAG.fullmatch(part.strip()) for part in said.split(",")]
    if not all(found):
        raise Invalid('If-Match: must be the ETag of a policy, like "3"', field="If-Match")
    return tuple(match[1] or match[2] for match in found if match)


_TAKEN = ("", "application/toml", "text/toml", "text/x-toml", "application/x-toml", "text/plain")


def text_of(request: Request) -> str:
    """The policy that a request sends. Raises `UnsupportedMedia`, `Malformed`, `TooLarge`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TAKEN:
        raise UnsupportedMedia("a policy is sent as application/toml", field="Content-Type")
    try:
        return request.body(MAX_TEXT).decode()
    except UnicodeDecodeError as error:
        raise Malformed("the policy is not UTF-8") from error


def reply(current: Current) -> Reply:
    """The document as it was put, with its version."""
    headers = {"ETag": current.etag, "X-Policy-Version": str(current.stored.version)}
    return Reply(current.stored.text, headers=headers, content_type=TOML)
