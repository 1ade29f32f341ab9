from tests.unit.domain.detectors.written import call, detect, say, user

GOAL = user("Add a task.")


def test_arguments_that_are_no_object():
    found = detect("malformed_tool_call", GOAL, call("add_task", '{"title": "a"'))
    assert found is not None
    assert (found.critical_step_seq, found.confidence) == (20, 0.9)


def test_a_call_the_tool_refuses():
    error = "InputValidationError: missing required parameter title"
    found = detect("malformed_tool_call", GOAL, call("add_task", {}, "", error))
    assert found is not None
    assert found.confidence == 0.8


def test_a_refused_call_that_was_mended_weighs_less():
    refused = call("add_task", {}, "", "missing required parameter title")
    found = detect("malformed_tool_call", GOAL, refused, call("add_task", {"title": "a"}))
    assert found is not None
    assert found.confidence == 0.5


def test_an_error_about_the_content():
    assert detect("malformed_tool_call", GOAL, call("read", {"path": "a"}, "", "a: No such file or directory")) is None


def test_calls_that_work():
    assert (
        detect("malformed_tool_call", GOAL, call("add_task", {"title": "a"}), call("list", None), say("Added.")) is None
    )
