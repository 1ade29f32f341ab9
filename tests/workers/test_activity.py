"""What happened is counted for the people who run it: once, and without saying whose it was."""

import json

import pytest

from tests.factories import message
from wakeline.observability import count

END = {"type": "session_end", "payload": {"status": "completed"}}


@pytest.fixture(autouse=True)
def _counted(monkeypatch):
    """The local stack and the benchmarks, which run in this process too, switch metrics off."""
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")


def lines(text: str) -> list[dict]:
    """Metrics in CloudWatch's embedded format."""
    return [json.loads(line) for line in text.splitlines() if '"_aws"' in line]


def counted(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for line in lines(text):
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]:
            name = metric["Name"]
            found[name] = found.get(name, 0) + sum(line[name])
    return found


def call(**said):
    return {"type": "llm_call", "payload": {"model": "m", "input_tokens": 10, "output_tokens": 5, **said}}


def test_a_batch_is_one_line(workers, capsys):
    workers.trace("a")
    workers.append("a", message("hello"), call(cost_usd=0.25), call(cost_usd=0.5))
    workers.append("a", {"type": "operation_denied", "payload": {}}, END)
    workers.trace("b")
    records = workers.wanted("ReadChanges")
    capsys.readouterr()

    assert workers.run("ReadChanges", records) == []

    out = capsys.readouterr().out
    assert counted(out) == {
        "TracesStarted": 2,
        "TracesEnded": 1,
        "EventsRecorded": 5,
        "TokensRecorded": 30,
        "CostRecorded": 0.75,
        "EvaluationsDenied": 1,
    }
    (line,) = lines(out)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Wakeline", [["service"]])
    assert line.keys() == {"_aws", "service", *counted(out)}
    units = {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]}
    assert units.pop("CostRecorded") == "None"
    assert set(units.values()) == {"Count"}


def test_what_is_delivered_again_is_counted_once(workers, capsys, monkeypatch):
    from wakeline import wiring

    workers.trace("a")
    workers.append("a")
    records = workers.wanted("ReadChanges")
    capsys.readouterr()
    with monkeypatch.context() as broken:
        broken.setattr(wiring, "bus", lambda: 1 / 0)
        assert workers.run("ReadChanges", records) != []
    assert counted(capsys.readouterr().out) == {}
    assert workers.run("ReadChanges", records) == []
    assert counted(capsys.readouterr().out)["EventsRecorded"] == 1


@pytest.mark.parametrize("nothing", [{}, {"DigestsSealed": 0}])
def test_nothing_is_no_line(nothing, capsys):
    count(**nothing)
    assert capsys.readouterr().out == ""
