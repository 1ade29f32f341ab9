"""Until when a trace is kept, by the policy in force."""

from datetime import timedelta
from hashlib import sha256

import pytest

from tests.factories import NOON, make_trace
from tests.fakes.governing import MemoryPolicies
from tests.fakes.stats import MemoryConfig
from wakeline.domain import times
from wakeline.domain.config import Config
from wakeline.domain.policy.stored import StoredPolicy
from wakeline.services import retention

GOVERNED = {"policy_version": 1}


def store(text=None):
    made = MemoryPolicies()
    if text is not None:
        text = f"version = 1\n[retention]\n{text}\n"
        made.put(StoredPolicy("ws_1", 1, sha256(text.encode()).hexdigest(), text, NOON, "tests"))
    return made


def days_after_noon(moment):
    return None if moment is None else (moment - times.parse(NOON)) / timedelta(days=1)


def test_governed_traces_are_kept_for_seven_years_where_nothing_is_said():
    trace = make_trace(governance=GOVERNED, ended_at=NOON)
    assert days_after_noon(retention.kept_until(store(), trace)) == 2555
    assert days_after_noon(retention.kept_until(store("governed_days = 3"), trace)) == 3


def test_others_need_not_be_kept():
    assert retention.kept_until(store("days = 400"), make_trace()) is None


def over_at(text, trace, set_days=None):
    config = MemoryConfig()
    if set_days is not None:
        config.put("ws_1", Config(1, {"retention_days": set_days}))
    return retention.days_of(store(text), config, "ws_1").over_at(trace)


def test_when_the_time_is_over():
    assert days_after_noon(over_at("days = 4", make_trace(ended_at=NOON))) == 4


def test_without_a_time_nothing_is_over():
    assert over_at(None, make_trace()) is None


def test_governed_ones_have_a_time_of_their_own():
    trace = make_trace(governance=GOVERNED, ended_at=NOON)
    assert days_after_noon(over_at("days = 4\ngoverned_days = 9", trace)) == 9
    assert days_after_noon(over_at("days = 4\ngoverned_days = 9", trace, set_days=2)) == 9


@pytest.mark.parametrize(("by_policy", "set_days", "kept"), [(None, 3, 3), (4, 3, 3), (4, 5, 4), (4, None, 4)])
def test_the_shorter_time_of_policy_and_settings_holds(by_policy, set_days, kept):
    text = None if by_policy is None else f"days = {by_policy}"
    assert days_after_noon(over_at(text, make_trace(ended_at=NOON), set_days)) == kept
