"""Artifacts go: those that never came, and those of a trace that is deleted, whatever dies on the way."""

from datetime import timedelta

import pytest

from tests.factories import message
from tests.fakes.env import START
from tests.files import PNG
from tests.unit.services.artifact_world import CALLER, Died, World, dying
from wakeline.domain.caller import Caller
from wakeline.domain.errors import NotFound
from wakeline.services import artifacts, traces


@pytest.fixture
def world() -> World:
    return World()


class TestSweep:
    def test_what_never_came_goes_after_a_day(self, world):
        world.create(None)
        assert world.sweep(START + timedelta(hours=24)) == (0, 1)
        assert world.store.stored == {}

    def test_not_before(self, world):
        world.create(None)
        assert world.sweep(START + timedelta(hours=23, minutes=59)) == (0, 0)
        assert world.store.stored

    def test_what_came_unnoticed_is_stored(self, world):
        made = world.create(None)
        world.files.put(made.artifact, PNG)
        assert world.sweep(START + timedelta(days=2)) == (1, 0)
        assert world.get().status == "stored"
        assert world.sweep(START + timedelta(days=2)) == (0, 0)

    def test_what_was_rejected_goes(self, world):
        made = world.create(None)
        world.files.put(made.artifact, b"<html>" + PNG[6:])
        world.arrived(made.artifact)
        assert world.sweep(START + timedelta(days=13)) == (0, 1)
        assert world.store.stored == {}
        assert world.files.stored == {}

    def test_stored_ones_stay(self, world):
        world.create()
        assert world.sweep(START + timedelta(days=2)) == (0, 0)
        assert world.get()

    def test_one_that_fails_does_not_hold_up_the_others(self, world):
        world.create(None)
        world.create(None, "art_2")
        real = world.files.delete

        def delete(path):
            if "art_1" in path:
                raise OSError("S3 is out")
            real(path)

        world.files.delete = delete
        failures: list[str] = []
        done = artifacts.sweep(
            world.store, world.files, START + timedelta(days=2), lambda artifact, _: failures.append(artifact.id)
        )
        assert (done, failures) == ((0, 1), ["art_1"])


class TestOfATrace:
    def test_go_with_it(self, world):
        world.create()
        world.create(None, "art_2")
        world.delete()
        assert world.store.stored == {}
        assert world.files.stored == {}
        with pytest.raises(NotFound):
            world.get()

    def test_are_hidden_at_once(self, world):
        world.create()
        dying(world.files, "delete", "before")
        with pytest.raises(Died):
            world.delete()
        with pytest.raises(NotFound):
            world.get()

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize(("store", "call"), [("files", "delete"), ("store", "delete")])
    @pytest.mark.parametrize("events", [0, 2])
    def test_a_deletion_that_died_goes_on(self, store, call, when, events):
        world = World()
        world.create()
        world.create(None, "art_2")
        if events:
            traces.append(world.ledger, world.env, lambda *_: None, CALLER, "trc_1", [message()] * events)
        dying(getattr(world, store), call, when)
        with pytest.raises(Died):
            world.delete()
        delattr(getattr(world, store), call)
        world.delete()
        assert world.store.stored == {}
        assert world.files.stored == {}
        with pytest.raises(NotFound):
            world.delete()

    def test_nobody_elses(self, world):
        world.create()
        for caller in (
            Caller("ws_2", None, "key_2", "key", frozenset({"admin"}), "free"),
            Caller("ws_1", "proj_2", "key_3", "key", frozenset({"traces:read"}), "free"),
        ):
            with pytest.raises(NotFound, match="artifact not found"):
                world.get(caller=caller)
        for name in ("art_2", "", "../art_1", "art_1\0"):
            with pytest.raises(NotFound, match="artifact not found"):
                world.get(name)
