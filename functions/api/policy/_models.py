"""What the policy endpoints share: reading If-Match, and a policy as an answer."""

import re

from wakeline.domain.errors import Invalid
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


def reply(current: Current) -> Reply:
    """The document as it was put, with its version."""
    headers = {"ETag": current.etag, "X-Policy-Version": str(current.stored.version)}
    return Reply(current.stored.text, headers=headers, content_type=TOML)
