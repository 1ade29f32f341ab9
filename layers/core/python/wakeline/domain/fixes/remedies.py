"""Remedies: what helps against each kind of failure, known beforehand. The fix when no model can be asked.

A remedy is a rule of the policy, a skill, or a word to the agent, and always a test: the run that failed, to replay.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .changes import Change, is_allowed
from .evidence import Evidence

POLICY = ".wakeline/policy.toml"
PROMPTS = ("AGENTS.md", "CLAUDE.md")
ALLOWED = (".wakeline/**", "AGENTS.md", "CLAUDE.md", "prompts/**", "skills/**", "tests/**")
"""Paths that a fix may change where the caller names none."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to tell the agent; `rule` is a rule of a policy in TOML, `skill` the steps of a skill."""

    advice: str
    rule: str | None = None
    skill: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fix:
    """A plan with its changes. `substitutions` try the advice out on a replay of the runs."""

    summary: str
    plan: tuple[str, ...]
    changes: tuple[Change, ...]
    confidence: float
    substitutions: tuple[dict[str, Any], ...] = ()


_APPROVAL = '[[rule]]\nname = "{name}"\noperations = ["{tool}"]\neffect = "approval_required"\npriority = 100\n'
_TESTED = (
    '[[session_rule]]\nname = "{name}"\ncondition = "required_tool"\ntools = ["Bash(*test*)"]\n'
    'severity = "high"\naction = "block_merge"\n'
)
_BUDGET = (
    '[[session_rule]]\nname = "{name}"\ncondition = "token_budget"\nmax_tokens = 2000000\n'
    'severity = "medium"\naction = "warn"\n'
)

_KNOWN = {
    "goal_mismatch": Remedy(
        "Before you commit to anything, compare each value you are about to submit with what the user asked for; "
        "correct what differs, and ask where the goal does not say.",
    ),
    "ignored_warning": Remedy(
        "When a page or tool shows a warning, stop: tell the user what it says and wait for their decision. Never "
        "send a refused request again with other values on your own.",
    ),
    "forbidden_action": Remedy(
        "A boundary that the user or the rules state (do not, without, stop before) holds to the end of the run. "
        "Ask before {tool}, and end there if nobody agrees.",
        rule=_APPROVAL,
    ),
    "destructive_action": Remedy(
        "Never delete, reset, drop or overwrite what nobody named. List what would be lost and ask first.",
        rule=_APPROVAL,
    ),
    "false_success_claim": Remedy(
        "Report what the last check showed, not what was intended. If it failed, or nothing was checked, say so.",
        rule=_TESTED,
    ),
    "contradicted_evidence": Remedy(
        "Before you state a result, read the last output again and quote it. If it says otherwise, say that.",
    ),
    "skipped_verification": Remedy(
        "After the last change, run the tests again and report their result; without a check, say that nothing "
        "was checked.",
        rule=_TESTED,
    ),
    "unhandled_error": Remedy(
        "When {tool} fails, find out why before going on; if it cannot be mended, tell the user what failed and "
        "what is left undone.",
        skill=(
            "Read the whole error of {tool}; name its cause in one sentence.",
            "Mend the cause (a missing permission, path, package or parameter), not the call.",
            "Call {tool} once more and look at the result.",
            "If it fails again, stop and tell the user what failed, why, and what is left undone.",
        ),
    ),
    "retry_loop": Remedy(
        "Never send a call again that failed the same way twice. Change what you know first: read the error, look "
        "at the state, try another way, or ask.",
        skill=(
            "After a second failure of {tool} with the same error, stop calling it.",
            "State what the two failures have in common, and check that assumption with another tool.",
            "Try one different way. If none is left, report the error and ask.",
        ),
    ),
    "no_progress": Remedy(
        "After two steps without anything new, write down what is known and what is missing, and choose another "
        "way or ask.",
    ),
    "malformed_tool_call": Remedy(
        "Call {tool} with the arguments of its schema, each with its name and type, and nothing else.",
        skill=(
            "Look up the schema of {tool} before the first call.",
            "Give every required argument under its exact name; leave out what the schema does not have.",
            "When the call is refused, correct exactly the argument that the refusal names.",
        ),
    ),
    "invented_reference": Remedy(
        "Use only paths, ids, addresses and numbers that the user or a tool gave. Where one is missing, look it "
        "up or ask; never fill in a stand-in.",
    ),
    "premature_end": Remedy(
        "A run ends with the answer or with what keeps you from it. Carry out a step that you announced before "
        "you stop.",
    ),
    "context_loss": Remedy(
        "After a compaction, read the notes of what was decided and done before the next step; keep decisions in "
        "a file.",
    ),
    "cost_spike": Remedy(
        "Read the part of a file or answer that is needed, not the whole; summarise long outputs before going on.",
        rule=_BUDGET,
    ),
    "stalled": Remedy(
        "Give every call that may hang a time limit, and report instead of waiting.",
    ),
}
_OTHER = Remedy("Check each result against the goal before the next step, and say what went wrong.")

_HEADER = 'version = 1\n\n[governance]\ndefault = "allow"\n'
"""Of a policy that is begun here: it adds a rule and must not, by that, forbid all the rest."""


def remedy_of(label: str, tool: str, name: str) -> Remedy:
    """The remedy against a label, worded for the tool it befell; `name` is that of its rule."""
    known = _KNOWN.get(label, _OTHER)
    called = _plain(tool) or "the tool"
    return Remedy(
        known.advice.format(tool=called),
        known.rule.format(tool=_plain(tool) or "*", name=name) if known.rule is not None else None,
        tuple(step.format(tool=called) for step in known.skill),
    )


def fix_of(evidence: Evidence, allowed: Sequence[str]) -> Fix:
    """The fix from the incident's remedy. Without a path that may be changed it is a plan without changes."""
    incident = evidence.incident
    name = f"{incident.label.replace('_', ' ')} {incident.id[-8:]}"
    remedy = remedy_of(incident.label, evidence.tool, name)
    prompt = _prompt_file(evidence.files, allowed)
    wanted: list[tuple[Change, str]] = []
    if remedy.rule is not None:
        text = _appended(evidence.files.get(POLICY), remedy.rule, _HEADER)
        wanted.append(
            (
                Change(POLICY, text),
                f"Add the rule “{name}” from {POLICY} to the policy in force: GET, then PUT /api/v1/policy.",
            )
        )
    if remedy.skill:
        path = f".wakeline/skills/{_slug(name)}/SKILL.md"
        wanted.append((Change(path, _skill(name, remedy)), f"Give agent {_plain(incident.agent)} the skill in {path}."))
    if prompt is not None and (remedy.rule is None or not remedy.skill):
        section = f"## {name.capitalize()}\n\n{remedy.advice}\n"
        text = _appended(evidence.files.get(prompt), section, "# Rules for agents\n")
        wanted.append((Change(prompt, text), f"Tell agent {_plain(incident.agent)}, in {prompt}: {remedy.advice}"))
    case = f".wakeline/regressions/{incident.id}.json"
    wanted.append((Change(case, _case(evidence)), f"Keep the failed run as a test: {case}."))
    kept = [(change, step) for change, step in wanted if is_allowed(change.path, allowed)]
    told = () if any(change.path == prompt for change, _ in kept) else (f"Tell the agent: {remedy.advice}",)
    return Fix(
        summary=f"{incident.title}. {remedy.advice}",
        plan=(
            *told,
            *(step for _, step in kept),
            f"Replay the runs of the incident: POST /api/incidents/{incident.id}/regression-runs.",
            "When none of them fails any more, set the incident to verified.",
        ),
        changes=tuple(change for change, _ in kept),
        confidence=0.4 if incident.label in _KNOWN else 0.2,
        substitutions=({"kind": "prompt", "value": remedy.advice},),
    )


def _prompt_file(files: Mapping[str, str], allowed: Sequence[str]) -> str | None:
    """Where the agent is told something: a prompt that was given, else the usual one."""
    given = [path for path in sorted(files) if re.search(r"\.(?:md|txt|prompt)\Z", path) and is_allowed(path, allowed)]
    named = [path for path in given if path in PROMPTS or "prompt" in path.lower()]
    usual = [path for path in PROMPTS if is_allowed(path, allowed)]
    return next(iter([*named, *given, *usual]), None)


def _appended(before: str | None, part: str, header: str) -> str:
    start = header if before is None else before
    return f"{start.rstrip()}\n\n{part}" if start.strip() else part


def _skill(name: str, remedy: Remedy) -> str:
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(remedy.skill, 1))
    return f"---\nname: {_slug(name)}\ndescription: {remedy.advice}\n---\n\n# {name.capitalize()}\n\n{steps}\n"


def _case(evidence: Evidence) -> str:
    incident = evidence.incident
    said = {
        "incident_id": incident.id,
        "trace_id": incident.representative.trace_id,
        "critical_step_seq": incident.representative.critical_step_seq,
        "must_not_find": list(incident.labels),
    }
    return json.dumps(said, indent=2) + "\n"


def _plain(text: str) -> str:
    """A name that can stand in TOML, Markdown and a glob without meaning anything else."""
    return re.sub(r"[^A-Za-z0-9_.:-]", "", text)[:64]


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
