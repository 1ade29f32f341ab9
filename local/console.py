"""The console on the local stack, as CloudFront has it when deployed: its files beside the API, on one origin."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from local import seeds
from local.gateway import Gateway

BUILT = Path(__file__).parents[1] / "console" / "dist"
CONFIG = "/console-config.json"
TOKEN_SECONDS = 12 * 3600

KEYS = (
    ("Admin", seeds.ADMIN_KEY, "everything in ws_local"),
    ("Project key", seeds.PROJECT_KEY, "what an agent's key may do in proj_local"),
    ("Other workspace", seeds.OTHER_ADMIN_KEY, "the admin of ws_other, who sees nothing of ws_local"),
)
ROLES = ("viewer", "developer", "reviewer", "auditor")

# Pictures, recordings and large tapes come by presigned URLs of the local S3, whose port is not known before it runs.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: http://127.0.0.1:*",
        "media-src 'self' http://127.0.0.1:*",
        "connect-src 'self' http://127.0.0.1:*",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


class Console:
    """ASGI: the API's paths go to the gateway; files of the console are served; any other page is its index."""

    def __init__(self, gateway: Gateway, built: Path = BUILT) -> None:
        self._gateway = gateway
        self._files = StaticFiles(directory=built, html=True)
        self._index = (built / "index.html").read_bytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if (
            scope["type"] != "http"
            or scope["method"] not in ("GET", "HEAD")
            or self._gateway.routes.match(scope["path"])
        ):
            await self._gateway(scope, receive, send)
        elif scope["path"] == CONFIG:
            await _guarded(Response(json.dumps(config()), media_type="application/json"))(scope, receive, send)
        elif scope["path"] == "/" or not _is_file(self._files, scope["path"]):
            if "text/html" not in Headers(scope=scope).get("accept", ""):
                # A program that asks for what is not there: the API says so in its own way.
                await self._gateway(scope, receive, send)
                return
            await _guarded(Response(self._index, media_type="text/html"))(scope, receive, send)
        else:
            await self._files(scope, receive, send)


def config() -> dict[str, Any]:
    """What the sign-in page offers: the fixed keys, and a token for each role."""
    people = ((f"A {role}", _token(role), f"the role {role}, signed in as a person") for role in ROLES)
    offered = [{"name": name, "credential": credential, "about": about} for name, credential, about in (*KEYS, *people)]
    return {"local": offered}


def _token(role: str) -> str:
    now = int(time.time())
    claims = {
        "iss": seeds.JWT_ISSUER,
        "aud": seeds.JWT_AUDIENCE,
        "sub": f"local-{role}",
        "workspace_id": seeds.WORKSPACE,
        "role": role,
        "iat": now,
        "exp": now + TOKEN_SECONDS,
    }
    return jwt.encode(claims, seeds.JWT_SECRET, algorithm="HS256")


def _is_file(files: StaticFiles, path: str) -> bool:
    _, found = files.lookup_path(path.lstrip("/"))
    return found is not None and not path.endswith("/")


def _guarded(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-cache"
    return response
