"""Every number that is watched follows from what happened."""

from wakeline.domain import outbox
from wakeline.domain.activity import COUNTED, of_batch, of_events
from wakeline.domain.delta import Delta


def test_events_of_the_bus_are_counted_by_metric():
    said = ["trace.started", "approval.approved", "approval.denied", "trace.deleted", "incident.updated"]
    assert of_events(said) == {"TracesStarted": 1, "ApprovalsDecided": 2}


def test_only_events_that_there_are_are_counted():
    assert COUNTED.keys() <= {each.model_fields["type"].default for each in outbox.EVENTS}


def test_a_batch_that_counted_nothing():
    assert set(of_batch(Delta()).values()) == {0}
