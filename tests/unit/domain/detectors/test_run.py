from tests.unit.domain.detectors.written import Written, bash, call, event, output, rules, run_of, say, user
from wakeline.domain.detectors import prepare


def test_a_call_is_joined_with_its_result_by_span():
    run = prepare(run_of(user("Look."), bash("ls", "a.txt"), bash("cat b", "", "b: not there")))
    assert [(one.tool, one.result, one.result_seq, one.broken) for one in run.calls] == [
        ("Bash", "a.txt", 30, False),
        ("Bash", "", 50, True),
    ]


def test_a_call_is_joined_by_call_id_where_there_is_no_span():
    start = Written(1, "tool_call", {"tool_name": "x", "call_id": "c1"})
    end = Written(2, "tool_result", {"call_id": "c1", "output": {"b": 1, "a": 2}})
    (joined,) = prepare([start, end]).calls
    assert joined.result == '{"a": 2, "b": 1}'


def test_the_goal_is_the_first_thing_a_user_asks():
    run = prepare(run_of(rules("Be brief."), user("Find it."), say("Found.")))
    assert run.goal is not None
    assert (run.goal.text, [one.text for one in run.rules]) == ("Find it.", ["Be brief."])


def test_the_goal_is_an_agents_opening_where_agents_talk_among_themselves():
    run = prepare(run_of(say("Find it.", "a"), say("Found.", "b")))
    assert run.goal is not None
    assert (run.goal.agent, [one.agent for one in run.says]) == ("a", ["b"])


def test_a_single_agent_gives_itself_no_goal():
    run = prepare(run_of(say("I look."), bash("ls"), say("Found.")))
    assert run.says[0].text == "I look."


def test_farewells_and_automatic_replies_are_nothing_said():
    talk = [say("TERMINATE", "a"), say("There is no code to run.", "b"), say(" ", "a"), say("It is 4.", "a")]
    assert [one.text for one in prepare(run_of(user("2+2?"), *talk)).says] == ["It is 4."]


def test_what_answers_with_results_is_no_agent():
    run = prepare(
        run_of(user("Run it."), say("```\nx\n```", "a"), output("1"), say("Waiting for input now", "terminal"))
    )
    assert [one.agent for one in run.says] == ["a"]


def test_a_results_agent_is_the_one_that_called():
    run = prepare(run_of(user("Look."), call("ls", {}, agent="scout")))
    assert (run.agent_of(30), run.agent_of(99)) == ("scout", None)


def test_long_texts_keep_their_beginning_and_their_end():
    text = prepare(run_of(say("a" * 50_000 + "the end"))).steps[0].text
    assert text.startswith("aaa")
    assert text.endswith("the end")
    assert len(text) < 10_000


def test_a_record_that_goes_on_after_its_last_act_is_closed():
    assert prepare(run_of(bash("ls"), say("Found."))).closed
    assert not prepare(run_of(say("I look."), bash("ls"))).closed
    assert prepare(run_of(bash("ls"), event("session_end"))).closed
