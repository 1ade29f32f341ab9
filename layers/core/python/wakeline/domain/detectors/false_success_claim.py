"""The closing message says it worked; the record says otherwise."""

from .detection import Detection, found
from .goal_mismatch import wrong_selection
from .run import Call, Run, Step
from .text import (
    ADMITS,
    ANNOUNCES,
    CLAIMS_SUCCESS,
    LIMIT,
    NEVER_RAN,
    NOTHING,
    TESTS,
    changes_state,
    command_of,
    does_nothing,
    excerpt,
    prose,
)

LABEL = "false_success_claim"


def detect(run: Run) -> Detection | None:
    """The last thing said claims success and admits nothing, though the record holds proof or signs of the opposite.

    Proof (0.95): the last `goal_check` failed, the run is marked failed, or the last test or check that ran went wrong.
    Sign (0.6): the last result before the claim was an error or empty, what stands selected last contradicts the goal,
    or the run stopped at a limit. The critical step is the claim. Also (0.7): the run itself is reported completed, yet
    nobody said that anything was done: after the last deed nothing is said, or what is said last announces a next step.
    Then the critical step is that last deed.
    """
    claim = run.last_say
    silent = _reported_done(run)
    if silent is not None:
        return silent
    if claim is None:
        return None
    said = prose(claim.text)
    if not CLAIMS_SUCCESS.search(said) or ADMITS.search(said):
        return None
    checks = run.kind("goal_check")
    if checks and checks[-1].payload.get("passed") is False:
        return _found(0.95, claim.seq, checks[-1].seq, "the check of the goal failed")
    ends = run.kind("end")
    if ends and (ends[-1].failed or ends[-1].payload.get("error")):
        return _found(0.95, claim.seq, ends[-1].seq, f"the run ended as failed ({excerpt(ends[-1].text, 60)})")
    tests = [call for call in run.calls if call.seq < claim.seq and _is_test(call) and call.result is not None]
    tests = [call for call in tests if not NEVER_RAN.search(call.error or "")]
    if tests and tests[-1].broken:
        return _found(0.95, claim.seq, tests[-1].result_seq or tests[-1].seq, "the last check before it went wrong")
    results = [step for step in run.steps[: claim.at] if step.kind == "result" and not _of_remark(step)]
    if results and (_failed_deed(results[-1]) or NOTHING.search(results[-1].text[:300])):
        return _found(0.6, claim.seq, results[-1].seq, "the last result before it was an error or empty")
    if (wrong := wrong_selection(run)) is not None:
        return _found(0.6, claim.seq, wrong.last.seq, f"{excerpt(wrong.selected, 40)} is selected, not {wrong.wanted}")
    if ends and LIMIT.search(ends[-1].text):
        return _found(0.6, claim.seq, ends[-1].seq, "the run stopped at a limit")
    return None


def _reported_done(run: Run) -> Detection | None:
    ends = run.kind("end")
    if not ends or ends[-1].payload.get("status") != "completed" or not run.calls:
        return None
    end = ends[-1]
    last, deed = run.last_say, run.calls[-1]
    conclusion = end.payload.get("result")
    if isinstance(conclusion, str) and conclusion.strip() and not ANNOUNCES.search(prose(conclusion).strip()[-300:]):
        return None
    if last is None or last.seq < deed.seq:
        why = "after its last call nothing is said"
    elif ANNOUNCES.search(prose(last.text).strip()[-300:]):
        why = "the last message announces a step that never comes"
    else:
        return None
    return found(LABEL, 0.7, max(deed.seq, last.seq if last else 0), [end.seq], f"Reported as completed, but {why}.")


def _of_remark(result: Step) -> bool:
    return result.call is not None and does_nothing(result.call.arguments)


def _failed_deed(result: Step) -> bool:
    """Whether something that was done went wrong; a look that failed is an answer, too."""
    call = result.call
    return result.failed and (call is None or changes_state(call.tool) or bool(command_of(call.arguments)))


def _is_test(call: Call) -> bool:
    return bool(TESTS.search(f"{call.tool} {command_of(call.arguments)}"[:2000]))


def _found(confidence: float, claim: int, evidence: int, why: str) -> Detection:
    return found(LABEL, confidence, claim, [evidence], f"Claims success, but {why}.")
