from tests.unit.domain.detectors.written import bash, detect, output, say, user

GOAL = user("Mend the parser.")


def test_tests_said_to_pass_that_had_failed():
    found = detect("contradicted_evidence", GOAL, bash("pytest", "3 failed", "exit code 1"), say("All tests pass now."))
    assert found is not None
    assert (found.critical_step_seq, found.confidence, found.evidence_refs) == (40, 0.9, (30, 40))


def test_found_though_the_result_was_empty():
    found = detect(
        "contradicted_evidence", GOAL, say("```\nsearch()\n```"), output("[]"), say("I have found the paper.", "b")
    )
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (40, 0.6)


def test_tests_that_pass_in_the_end():
    runs = [bash("pytest", "3 failed", "exit code 1"), bash("pytest", "5 passed")]
    assert detect("contradicted_evidence", GOAL, *runs, say("All tests pass now.")) is None


def test_a_message_that_admits_the_failure():
    said = say("I have checked it: three tests still fail.")
    assert detect("contradicted_evidence", GOAL, bash("pytest", "3 failed", "exit code 1"), said) is None


def test_found_in_a_result_that_shows_it():
    assert (
        detect("contradicted_evidence", GOAL, bash("grep -n parse a.py", "12: def parse"), say("I have found it."))
        is None
    )
