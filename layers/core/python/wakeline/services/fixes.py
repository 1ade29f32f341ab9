"""The fix agent: from an incident to a plan and a diff, by a model, or by what is known to help against its label."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import Any, TypedDict

from wakeline.domain import times
from wakeline.domain.caller import Caller
from wakeline.domain.env import Env
from wakeline.domain.errors import NotFound
from wakeline.domain.events import Event
from wakeline.domain.fixes.changes import Unusable, applied, unified
from wakeline.domain.fixes.evidence import AROUND, Evidence, evidence_of
from wakeline.domain.fixes.outside import FixUnavailable, PullRequest
from wakeline.domain.fixes.proposal import INSTRUCTIONS, Proposal, read_proposal
from wakeline.domain.fixes.remedies import ALLOWED, POLICY, PROMPTS, Fix, fix_of
from wakeline.domain.incidents.incident import Incident, noted
from wakeline.domain.trace import Trace

from . import incidents, ledger, seqs
from .analyses import Stores
from .audit import AuditLog, noting
from .fix_ports import FixModel, Repository

NO_MODEL = "no model is configured"


class FixAnswer(TypedDict):
    """A proposed fix. `fallback` says that no model made it, `fallback_reason` why. `diff` applies to the files."""

    incident_id: str
    runner: str
    fallback: bool
    fallback_reason: str | None
    summary: str
    plan: list[str]
    diff: str
    changed_files: list[str]
    allowed_paths: list[str]
    confidence: float
    evidence_refs: list[int]
    substitutions: list[dict[str, Any]]
    pull_request: dict[str, Any] | None
    pull_request_reason: str | None


@dataclass(frozen=True, slots=True)
class FixRequest:
    """What a caller asks for. `files` are those that may be changed as they are, by path."""

    files: Mapping[str, str] = field(default_factory=dict)
    allowed_paths: Sequence[str] = ALLOWED
    instructions: str | None = None
    pull_request: bool = True


def dispatch(
    stores: Stores,
    env: Env,
    log: AuditLog,
    caller: Caller,
    incident_id: str,
    request: FixRequest,
    model: FixModel | None,
    connected: Callable[[str | None], Repository | None],
) -> FixAnswer:
    """Propose a fix, keep it with the incident, and open a draft pull request where a repository is connected.

    Whatever fails of model and repository is said in the answer (`fallback_reason`, `pull_request_reason`), and never
    keeps it from coming. `connected` gives the repository of that name, if it may be changed. Raises `NotFound`.
    """
    incident = incidents.get(stores.incidents, caller, incident_id)
    trace = stores.ledger.head(incident.workspace_id, incident.representative.trace_id)
    if trace is None or trace.deleted is not None:
        raise NotFound("the run that represents the incident is gone; try again")
    files, repository, no_pull = dict(request.files), None, None
    try:
        repository = connected(trace.repo)
        if repository is not None and not files:
            files = repository.read([*PROMPTS, POLICY])
    except FixUnavailable as error:
        repository, no_pull = None, str(error)
    evidence = evidence_of(incident, trace, _around(stores, incident, trace), files, request.instructions)
    fix, reason = _proposed(model, evidence, request.allowed_paths)
    after = applied(files, fix.changes, request.allowed_paths) if fix.changes else {}
    pull = None
    opens = repository is not None and request.pull_request and bool(after)
    told = {"runner": "deterministic" if reason is not None else "bedrock", "pull_request": opens}
    with noting(log, caller, "incident.fix_proposed", "incident", incident.id, told):
        if repository is not None and opens:
            try:
                pull = repository.open_draft(f"wakeline/{incident.id}", incident.title, _body(fix, incident), after)
            except FixUnavailable as error:
                no_pull = str(error)
        answer = _answer(incident, fix, reason, evidence, request, after, pull, no_pull)
        stores.incidents.put_fix(incident.workspace_id, incident.id, dict(answer))
        _note(stores, env, caller, incident.id, answer, pull)
    return answer


def _answer(
    incident: Incident,
    fix: Fix,
    reason: str | None,
    evidence: Evidence,
    request: FixRequest,
    after: Mapping[str, str],
    pull: PullRequest | None,
    no_pull: str | None,
) -> FixAnswer:
    return {
        "incident_id": incident.id,
        "runner": "deterministic" if reason is not None else "bedrock",
        "fallback": reason is not None,
        "fallback_reason": reason,
        "summary": fix.summary,
        "plan": list(fix.plan),
        "diff": unified(evidence.files, after),
        "changed_files": sorted(after),
        "allowed_paths": list(request.allowed_paths),
        "confidence": fix.confidence,
        "evidence_refs": evidence.seqs,
        "substitutions": list(fix.substitutions),
        "pull_request": asdict(pull) if pull is not None else None,
        "pull_request_reason": no_pull,
    }


def _around(stores: Stores, incident: Incident, trace: Trace) -> list[Event]:
    """The events around the critical step of the representative run."""
    seq = incident.representative.critical_step_seq
    first = max(0, seqs.index_after(stores.ledger, trace, seq - 1) - AROUND) if seq else 0
    return list(islice(ledger.read_events(stores.ledger, trace, first), 2 * AROUND + 1))


def _proposed(model: FixModel | None, evidence: Evidence, allowed: Sequence[str]) -> tuple[Fix, str | None]:
    """A fix, and why it is not a model's, if it is not."""
    if model is None:
        return fix_of(evidence, allowed), NO_MODEL
    try:
        sent = f"Allowed paths: {', '.join(allowed)}\n\n<evidence>\n{evidence.spelled()}\n</evidence>"
        proposal = read_proposal(model.ask(INSTRUCTIONS, sent, Proposal.model_json_schema()))
        changes = tuple(proposal.file_changes())
        applied(evidence.files, changes, allowed)
    except (FixUnavailable, Unusable) as error:
        return fix_of(evidence, allowed), str(error)
    advice = ({"kind": "prompt", "value": proposal.summary},)
    return Fix(proposal.summary, tuple(proposal.plan), changes, proposal.confidence, advice), None


def _body(fix: Fix, incident: Incident) -> str:
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(fix.plan, 1))
    return f"{fix.summary}\n\n{steps}\n\nIncident {incident.id}: {incident.session_count} run(s). A draft: review it."


def _note(
    stores: Stores, env: Env, caller: Caller, incident_id: str, answer: FixAnswer, pull: PullRequest | None
) -> None:
    """Leave a trace of it in the incident's own trail."""

    def change(incident: Incident) -> Incident:
        now = times.render(env.now())
        said = {"runner": answer["runner"], **({"pr_url": pull.url} if pull is not None else {})}
        after = noted(incident, now, caller.principal, "fix_proposed", **said)
        pr_url = pull.url if pull is not None else incident.pr_url
        return replace(after, pr_url=pr_url, updated_at=now, version=incident.version + 1)

    incidents.rewrite(stores.incidents, env, caller, incident_id, change)
