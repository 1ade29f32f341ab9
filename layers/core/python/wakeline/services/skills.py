"""Skills: create, read in any version, change under a condition, list, delete."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, ValidationError

from wakeline.domain import cursor, times
from wakeline.domain.caller import Caller
from wakeline.domain.canonical import canonical
from wakeline.domain.env import Env
from wakeline.domain.errors import Busy, Conflict, Invalid, NotFound
from wakeline.domain.ids import is_id
from wakeline.domain.skills import MAX_DEFINITION, Definition, Skill, checked

from .audit import AuditLog, noting
from .skill_ports import SkillStore
from .traces import DEFAULT_PROJECT

ATTEMPTS = 20
MAX_READ = 5_000
"""Skills that one request looks at."""


def create(
    store: SkillStore,
    env: Env,
    log: AuditLog,
    caller: Caller,
    facts: dict[str, Any],
    definition: Definition,
    project_id: str | None,
) -> Skill:
    """Store a new skill, version 1. `facts` are name, description, tags, scope, is_public.

    A skill of the scope global made by one who sees the whole workspace is every project's. Raises `Invalid`,
    `NotFound`.
    """
    own = caller.narrowed(project_id)
    is_everyones = facts["scope"] == "global" and own is None
    now = times.render(env.now())
    skill = Skill(
        workspace_id=caller.workspace_id,
        id=env.new_id("skl"),
        definition=_sized(definition),
        project_id=None if is_everyones else own or DEFAULT_PROJECT,
        version=1,
        created_at=now,
        created_by=caller.principal,
        updated_at=now,
        updated_by=caller.principal,
        **facts,
    )
    with noting(log, caller, "skill.created", "skill", skill.id, _noted(skill)):
        if not store.put(skill):
            # An attempt of the same request has stored it (domain/claim.py).
            return store.get(caller.workspace_id, skill.id) or skill
    return skill


def _noted(skill: Skill) -> dict[str, Any]:
    return {"name": skill.name, "version": skill.version, "project_id": skill.project_id}


def _sized(definition: Definition) -> dict[str, Any]:
    said = checked(definition)
    if len(canonical(said, "definition")) > MAX_DEFINITION:
        raise Invalid(f"definition: is over {MAX_DEFINITION // 1024} KB", field="definition")
    return said


def get(store: SkillStore, caller: Caller, skill_id: str, version: int | None = None) -> Skill:
    """A skill, in its latest version or in a given one. Raises `NotFound`.

    Who may see it is decided by the latest version: one that is public no more is not read by its old versions.
    """
    skill = store.get(caller.workspace_id, skill_id) if is_id(skill_id) else None
    if skill is None or not skill.seen_by(caller):
        raise NotFound("skill not found")
    if version is None or version == skill.version:
        return skill
    old = store.version(caller.workspace_id, skill_id, version) if version < skill.version else None
    if old is None:
        raise NotFound(f"the skill has no version {version}")
    return old


def change(
    store: SkillStore,
    env: Env,
    log: AuditLog,
    caller: Caller,
    skill_id: str,
    changes: dict[str, Any],
    definition: dict[str, Any] | None,
    expected: Sequence[int] | None,
) -> Skill:
    """Make the next version. `definition` changes the fields it names; `expected` are versions that may be changed.

    Of changes at the same moment each makes a version, whoever did not say which it expects. Raises `NotFound`,
    `Invalid`, `Conflict` when the skill is in another version, `Busy` when others are faster every time.
    """
    for attempt in range(ATTEMPTS):
        skill = get(store, caller, skill_id)
        if not skill.changed_by(caller):
            raise NotFound("skill not found")
        if expected is not None and skill.version not in expected:
            raise Conflict(f"the skill is in version {skill.version} by now", field="If-Match")
        wanted = changes
        if definition is not None:
            wanted = {**changes, "definition": _sized(_merged(skill.definition, definition))}
        after = skill.changed(wanted, times.render(env.now()), caller.principal)
        try:
            with noting(log, caller, "skill.updated", "skill", skill.id, _noted(after)):
                if not store.put(after):
                    raise Busy("another change came first")
            return after
        except Busy:
            env.pause(attempt)
    raise Busy("the skill is being changed by many at once; try again")


def _merged(before: dict[str, Any], changes: dict[str, Any]) -> Definition:
    kept = {name: value for name, value in before.items() if name != "variables" or "prompt_template" not in changes}
    try:
        return Definition.model_validate({**kept, **changes})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(("definition", *(str(part) for part in first["loc"])))
        raise Invalid(f"{field}: {first['msg']}", field=field) from error


def delete(store: SkillStore, log: AuditLog, caller: Caller, skill_id: str) -> None:
    """Delete a skill with its versions. Raises `NotFound`."""
    skill = store.get(caller.workspace_id, skill_id) if is_id(skill_id) else None
    if skill is None or not skill.changed_by(caller):
        raise NotFound("skill not found")
    with noting(log, caller, "skill.deleted", "skill", skill_id, _noted(skill)):
        store.delete(caller.workspace_id, skill_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which skills: a scope, any number of tags (all of them), words of name or description."""

    scope: str | None = None
    tags: tuple[str, ...] = ()
    search: str | None = None
    is_public: bool | None = None
    project_id: str | None = None

    def takes(self, skill: Skill) -> bool:
        text = f"{skill.name}\n{skill.description}".casefold()
        return (
            self.scope in (None, skill.scope)
            and set(self.tags) <= set(skill.tags)
            and (self.search is None or self.search.casefold() in text)
            and self.is_public in (None, skill.is_public)
            and (self.project_id is None or skill.project_id in (None, self.project_id) or skill.is_public)
        )


class SkillPosition(cursor.Position):
    """Behind which skill a list goes on."""

    id: Annotated[str, Field(max_length=128)]


@dataclass(frozen=True, slots=True)
class SkillPage:
    """A part of a list, newest skill first."""

    skills: list[Skill]
    total: int
    total_exact: bool
    next_cursor: str | None


def page(
    store: SkillStore, caller: Caller, wanted: Wanted, limit: int, offset: int = 0, after: str | None = None
) -> SkillPage:
    """Skills that the caller sees and that fit; the cursor `after` takes the place of `offset`. Raises `NotFound`."""
    caller.narrowed(wanted.project_id)
    binding = cursor.binding_of(
        "skills",
        caller.workspace_id,
        caller.project_id,
        *([*value] if isinstance(value := getattr(wanted, name), tuple) else value for name in Wanted.__slots__),
    )
    place = cursor.read(after, SkillPosition, binding) if after is not None else None
    read = list(store.of_workspace(caller.workspace_id, MAX_READ + 1))
    found = [skill for skill in read[:MAX_READ] if skill.seen_by(caller) and wanted.takes(skill)]
    rest = found[offset:] if place is None else [skill for skill in found if skill.id < place.id]
    shown = rest[:limit]
    more = cursor.spell(SkillPosition(id=shown[-1].id), binding) if len(rest) > len(shown) else None
    return SkillPage(shown, len(found), len(read) <= MAX_READ, more)
