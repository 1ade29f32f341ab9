from tests.unit.domain.detectors.written import bash, call, detect, event, user

GOAL = user("Start the service.")


def test_the_same_error_three_times_whatever_its_numbers():
    tries = [bash(f"serve --port {port}", f"port {port} in use", f"port {port} in use") for port in (1, 2, 3)]
    found = detect("retry_loop", GOAL, *tries)
    assert found is not None
    assert (found.critical_step_seq, found.evidence_refs, found.confidence) == (40, (20, 40, 60), 0.8)


def test_the_same_call_with_the_same_result():
    found = detect("retry_loop", GOAL, *[bash("cat log", "waiting")] * 3)
    assert found is not None
    assert found.confidence == 0.7


def test_a_refused_change_sent_again_unchanged():
    found = detect("retry_loop", GOAL, *[call("book", {"seat": 1}, "", "seat is taken")] * 2)
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (40, 0.6)


def test_twice_is_not_a_loop():
    assert detect("retry_loop", GOAL, *[bash("cat log", "waiting")] * 2) is None


def test_waiting_for_something_that_changes():
    assert detect("retry_loop", GOAL, *[bash("status", f"{done} %") for done in (10, 50, 100)]) is None


def test_the_same_check_between_edits():
    edit = event("file_change", path="a.py")
    assert detect("retry_loop", GOAL, *[bash("pytest", "ok"), edit] * 3) is None


def test_different_errors():
    tries = [bash("serve", text, text) for text in ("port in use", "no such user", "bad config")]
    assert detect("retry_loop", GOAL, *tries) is None
