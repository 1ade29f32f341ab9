"""Skills: named, versioned recipes that agents share. A version never changes; a change makes the next one."""

import string
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .caller import Caller
from .errors import Invalid
from .ids import Label

MAX_DEFINITION = 64 * 1024
"""Bytes of a definition's JSON."""

ErrorHandling = Literal["retry", "fail", "fallback"]
SkillScope = Literal["session", "project", "global"]


class Definition(BaseModel):
    """What a skill does. Fields that are not ours are kept.

    `prompt_template` names its variables in braces, `{topic}`; a brace of the text itself is written twice.
    `variables`, where given, lists exactly those. `retry` is three tries with exponential back-off.
    """

    model_config = ConfigDict(extra="allow", strict=True)

    tools: Annotated[list[Annotated[Label, StringConstraints(max_length=256)]], Field(max_length=200)] = []
    prompt_template: Annotated[str, StringConstraints(min_length=1, max_length=32_000)]
    max_iterations: Annotated[int, Field(ge=1, le=1000)] = 10
    error_handling: ErrorHandling = "fail"
    memory_scope: SkillScope = "project"
    variables: Annotated[list[str], Field(max_length=100)] | None = None


class SkillJson(TypedDict):
    """A skill as the API shows it. `variables` are those of the prompt template, in the order of their first use."""

    id: str
    name: str
    description: str
    definition: dict[str, Any]
    variables: list[str]
    tags: list[str]
    scope: str
    is_public: bool
    project_id: str | None
    version: int
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str


@dataclass(frozen=True, slots=True)
class Skill:
    """One version of a skill. `project_id` is None for one that every project of the workspace uses."""

    workspace_id: str
    id: str
    name: str
    description: str
    definition: dict[str, Any]
    tags: tuple[str, ...]
    scope: str
    is_public: bool
    project_id: str | None
    version: int
    created_at: str
    created_by: str
    updated_at: str
    updated_by: str

    def seen_by(self, caller: Caller) -> bool:
        """Whether the skill exists for this caller. A public one is seen by every project of its workspace."""
        mine = caller.project_id is None or self.project_id in (None, caller.project_id)
        return self.workspace_id == caller.workspace_id and (mine or self.is_public)

    def changed_by(self, caller: Caller) -> bool:
        """Whether the caller may change or delete it."""
        return self.workspace_id == caller.workspace_id and caller.project_id in (None, self.project_id)

    def changed(self, changes: dict[str, Any], at: str, by: str) -> "Skill":
        """The next version."""
        return replace(self, **changes, version=self.version + 1, updated_at=at, updated_by=by)

    def to_json(self) -> SkillJson:
        return {
            "id": self.id,
            "name": self.name,
            "description": self.description,
            "definition": self.definition,
            "variables": variables_of(self.definition["prompt_template"]),
            "tags": list(self.tags),
            "scope": self.scope,
            "is_public": self.is_public,
            "project_id": self.project_id,
            "version": self.version,
            "created_at": self.created_at,
            "created_by": self.created_by,
            "updated_at": self.updated_at,
            "updated_by": self.updated_by,
        }


_TEMPLATE = "definition.prompt_template"


def variables_of(template: str) -> list[str]:
    """The variables of a prompt template, by first use. Raises `Invalid` for one that could not be filled in."""
    names: dict[str, None] = {}
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError as error:
        message = f"{_TEMPLATE}: {error}; a brace that is text is written twice"
        raise Invalid(message, field=_TEMPLATE) from error
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        if not (name.isidentifier() and name.isascii()) or spec or conversion:
            said = name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
            raise Invalid(
                f"{_TEMPLATE}: {{{said[:64]}}} is no variable: letters, digits and _ between braces; "
                "a brace that is text is written twice",
                field=_TEMPLATE,
            )
        names[name] = None
    return list(names)


def checked(definition: Definition) -> dict[str, Any]:
    """A definition as it is stored. Raises `Invalid` for a template that its declared variables do not fit."""
    used = variables_of(definition.prompt_template)
    declared = definition.variables
    if declared is not None:
        field = "definition.variables"
        for name in declared:
            if name not in used:
                raise Invalid(f"{field}: {name[:64]!r} is not in the prompt_template", field=field)
        for name in used:
            if name not in declared:
                raise Invalid(f"{field}: {name[:64]!r} of the prompt_template is missing", field=field)
    return definition.model_dump(exclude_none=True)
