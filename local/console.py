"""The console on the local stack, as CloudFront has it when deployed: its files beside the API, on one origin."""

from __future__ import annotations

import json
import time
from pathlib import Path
from stat import S_ISREG
from typing import Any

import jwt
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from local import seeds
from local.gateway import Gateway
from local.sign_in import Issuer

BUILT = Path(__file__).parents[1] / "console" / "dist"
CONFIG = "/console-config.json"
_INDEX = ("/", "/index.html")
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
    """ASGI: the API's paths go to the gateway; files of the console are served; any other page is its index.

    Files are read as they are asked for: what is built while this runs is what the next page is.
    """

    def __init__(self, gateway: Gateway, built: Path = BUILT, issuer: Issuer | None = None) -> None:
        self._gateway = gateway
        self._built = built
        self._files = StaticFiles(directory=built, check_dir=False)
        self._issuer = issuer
        asked = ("connect-src 'self'", *(issuer.origins if issuer else ()))
        self._policy = POLICY.replace(asked[0], " ".join(asked))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or socket."""
        if (
            scope["type"] != "http"
            or scope["method"] not in ("GET", "HEAD")
            or self._gateway.routes.match(scope["path"])
        ):
            await self._gateway(scope, receive, send)
        elif scope["path"] == CONFIG:
            told = Response(json.dumps(config(self._issuer)), media_type="application/json")
            await self._guarded(told)(scope, receive, send)
        elif scope["path"] in _INDEX or not _is_file(self._files, scope["path"]):
            index = self._index()
            wanted = scope["path"] in _INDEX or "text/html" in Headers(scope=scope).get("accept", "")
            if index is None or not wanted:
                # Not built, or a program that asks for what is not there: the API says so in its own way.
                await self._gateway(scope, receive, send)
                return
            await self._guarded(Response(index, media_type="text/html"))(scope, receive, send)
        else:
            await self._files(scope, receive, send)

    def _index(self) -> bytes | None:
        try:
            return (self._built / "index.html").read_bytes()
        except FileNotFoundError:
            return None

    def _guarded(self, response: Response) -> Response:
        response.headers["Content-Security-Policy"] = self._policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-cache"
        return response


def config(issuer: Issuer | None = None) -> dict[str, Any]:
    """What the sign-in page offers: the fixed keys, and people: a token for each role, or their own issuer."""
    people = ((role.capitalize(), _token(role), f"the role {role}, signed in as a person") for role in ROLES)
    choices = KEYS if issuer else (*KEYS, *people)
    offered = [{"name": name, "credential": credential, "about": about} for name, credential, about in choices]
    return {"local": offered, **({"oidc": issuer.config()} if issuer else {})}


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
    return found is not None and S_ISREG(found.st_mode)
