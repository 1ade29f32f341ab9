from tests.unit.domain.detectors.written import bash, detect, event, say, user

GOAL = user("Move the service.")
WORK = [bash(f"cat {name}", "text") for name in "abc"]
COMPACTED = event("compaction", trigger="auto")


def test_work_done_again_after_a_compaction():
    found = detect("context_loss", GOAL, *WORK, COMPACTED, *WORK)
    assert found is not None
    assert (found.critical_step_seq, found.confidence, found.evidence_refs) == (90, 0.6, (80, 90, 110, 130))


def test_a_question_that_was_answered():
    talk = [say("Which region should it be in?"), user("Frankfurt.")]
    found = detect("context_loss", GOAL, *talk, COMPACTED, *talk)
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (50, 0.7)


def test_reading_two_files_again_is_how_agents_work():
    assert detect("context_loss", GOAL, *WORK, COMPACTED, *WORK[:2]) is None


def test_reading_again_what_was_changed_since():
    assert detect("context_loss", GOAL, *WORK, COMPACTED, event("file_change", path="a"), *WORK) is None


def test_work_done_again_without_a_compaction():
    assert detect("context_loss", GOAL, *WORK, *WORK) is None
