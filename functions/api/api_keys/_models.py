"""Request and response shapes of API keys."""

from typing import Annotated, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from wakeline.domain.api_keys import ApiKey
from wakeline.domain.ids import Id, Label


class KeyBody(BaseModel):
    """What a new key is to be."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[Label, Field(max_length=128)] | None = None
    scopes: Annotated[list[str], Field(max_length=32)] | None = None
    project_id: Id | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class KeyView(TypedDict):
    """A key without its secret; `prefix` is the secret's beginning."""

    id: str
    name: str | None
    prefix: str
    scopes: list[str]
    project_id: str | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None


def key_view(key: ApiKey) -> KeyView:
    """A key without its secret."""
    return {
        "id": key.id,
        "name": key.name,
        "prefix": key.prefix,
        "scopes": list(key.scopes),
        "project_id": key.project_id,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }
