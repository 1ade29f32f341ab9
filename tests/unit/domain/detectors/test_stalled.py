from tests.unit.domain.detectors.written import bash, detect, event, say, user


def at(clock, part):
    return {**part, "timestamp": f"2026-03-21T{clock}:00.000Z"}


def test_a_long_silence():
    call, result = bash("make")
    found = detect(
        "stalled", at("10:00", user("Build it.")), at("10:01", call), at("10:40", result), at("10:41", say("Built."))
    )
    assert found is not None
    assert (found.critical_step_seq, found.evidence_refs, found.confidence) == (20, (20, 30), 0.6)


def test_a_silence_to_the_end():
    end = at("12:00", event("session_end", status="failed"))
    found = detect("stalled", at("10:00", user("Build it.")), at("10:01", say("I start.")), end)
    assert found is not None
    assert found.confidence == 0.8


def test_waiting_for_a_person():
    assert detect("stalled", at("10:00", say("Shall I?")), at("18:00", user("Yes.")), at("18:01", say("Done."))) is None


def test_ten_minutes_are_none():
    assert detect("stalled", at("10:00", user("Build it.")), at("10:10", say("Built."))) is None


def test_times_nobody_can_read():
    assert detect("stalled", {**user("a"), "timestamp": "soon"}, {**say("b"), "timestamp": "later"}) is None
