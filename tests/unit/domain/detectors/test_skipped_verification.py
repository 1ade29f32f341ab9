from tests.unit.domain.detectors.written import bash, call, detect, event, output, say, user

GOAL = user("Mend the parser.")
EDIT = event("file_change", path="parser.py")
DONE = say("The parser is fixed and the task is complete.")


def test_tests_claimed_that_never_ran():
    found = detect("skipped_verification", GOAL, bash("ls"), say("All tests pass."))
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (40, 0.8)


def test_an_edit_after_the_last_check():
    found = detect("skipped_verification", GOAL, EDIT, bash("pytest", "5 passed"), EDIT, DONE)
    assert found is not None
    assert (found.critical_step_seq, found.evidence_refs, found.confidence) == (50, (50, 60), 0.6)


def test_a_check_that_does_nothing():
    found = detect("skipped_verification", GOAL, bash(": pytest", ""), DONE)
    assert found is not None
    assert found.critical_step_seq == 20


def test_agents_that_claim_a_deed_nobody_did():
    talk = [say("I have retrieved the article.", "a"), say("Then it is true.", "b")]
    found = detect("skipped_verification", user("Is it true?"), *talk)
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (20, 0.7)


def test_a_deed_that_a_result_bears_out():
    talk = [say("```\nfetch()\n```", "a"), output("the article"), say("I have retrieved the article.", "b")]
    assert detect("skipped_verification", user("Is it true?"), *talk) is None


def test_checked_after_the_last_edit():
    assert detect("skipped_verification", GOAL, EDIT, bash("pytest", "5 passed"), DONE) is None


def test_an_unchecked_edit_that_is_told():
    assert detect("skipped_verification", GOAL, EDIT, say("Done, but I could not run the tests.")) is None


def test_reading_needs_no_check():
    assert (
        detect("skipped_verification", user("What is in a?"), call("Read", {"path": "a"}), say("It is complete."))
        is None
    )


def test_commands_that_do_nothing_in_the_place_of_a_check():
    idle = [bash("start-server &"), bash(": "), bash(":")]
    found = detect("skipped_verification", GOAL, *idle, DONE)
    assert found is not None
    assert "does nothing" in found.explanation


def test_one_remark_in_the_place_of_a_command():
    assert detect("skipped_verification", GOAL, bash("start-server"), bash(":) done"), DONE) is None
    failed = bash("start-server", "", "exit code 1")
    assert detect("skipped_verification", GOAL, failed, bash(", and now?"), DONE) is None
    assert detect("skipped_verification", GOAL, failed, bash("true"), DONE) is not None
