"""What skills share: bodies and the entity tag."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from wakeline.domain.errors import Invalid
from wakeline.domain.ids import Id, Label, Tag
from wakeline.domain.skills import Definition, SkillScope

Name = Annotated[Label, StringConstraints(max_length=200)]
Description = Annotated[str, StringConstraints(max_length=4000)]
Tags = Annotated[list[Tag], Field(max_length=50)]
_ETAG = re.compile(r'\s*(?:W/)?"?(\d{1,9})"?\s*', re.ASCII)


class SkillBody(BaseModel):
    """A new skill."""

    model_config = ConfigDict(extra="ignore", strict=True)

    name: Name
    description: Description = ""
    definition: Definition
    tags: Tags = []
    scope: SkillScope = "project"
    is_public: bool = False
    project_id: Id | None = None


class SkillChange(BaseModel):
    """What is to be otherwise; a field that is absent stays, in `definition` too."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Name = ""
    description: Description = ""
    definition: dict[str, Any] = {}
    tags: Tags = []
    scope: SkillScope = "project"
    is_public: bool = False


def etag(version: int) -> dict[str, str]:
    """The header by which a change can say what it was made from."""
    return {"ETag": f'"{version}"'}


def versions_of(if_match: str | None) -> list[int] | None:
    """The versions that `If-Match` allows; None for any. Raises `Invalid`."""
    if if_match is None or if_match.strip() == "*":
        return None
    read = [_ETAG.fullmatch(part) for part in if_match.split(",")]
    if not all(read):
        raise Invalid('If-Match: must be the ETag of a skill, like "3"', field="If-Match")
    return [int(each[1]) for each in read if each is not None]
