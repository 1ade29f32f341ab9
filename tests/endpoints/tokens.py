"""Console JWTs for endpoint tests, signed with the local stack's secret."""

import time
from typing import Any

import jwt

from local import seeds
from tests.endpoints.stack import Workspace


def token(workspace: Workspace, role: str = "admin", sub: str = "user-1", **claims: Any) -> str:
    """A signed-in person's token. The stack must be configured for it, as `conftest.stack` does."""
    said = {
        "iss": seeds.JWT_ISSUER,
        "aud": seeds.JWT_AUDIENCE,
        "exp": int(time.time()) + 600,
        "sub": sub,
        "workspace_id": workspace.id,
        "role": role,
        **claims,
    }
    return jwt.encode(said, seeds.JWT_SECRET, algorithm="HS256")
