"""Artifacts come in, are looked at and are handed out, whatever dies on the way."""

import pytest

from tests.files import FILES, PNG
from tests.unit.services.artifact_world import DIGEST, Died, World, dying
from wakeline.domain.artifacts.artifact import MAX_SIZE
from wakeline.domain.artifacts.media_types import media_type
from wakeline.domain.errors import Conflict, Invalid, NotFound, TooLarge, UnsupportedMedia
from wakeline.services import artifacts


@pytest.fixture
def world() -> World:
    return World()


class TestContent:
    def test_is_stored_at_once(self, world):
        made = world.create()
        assert made.upload is None
        assert made.is_new
        assert (made.artifact.status, made.artifact.sha256, made.artifact.size_bytes) == ("stored", DIGEST, len(PNG))
        assert made.artifact.storage_path == "artifacts/ws_1/trc_1/art_1/a.png"
        assert world.files.stored == {made.artifact.storage_path: PNG}
        assert world.get() == made.artifact

    def test_that_is_something_else_leaves_nothing(self, world):
        with pytest.raises(UnsupportedMedia, match="is not image/png"):
            world.create(b"<html>", size_bytes=6)
        assert world.store.stored == {}
        assert world.files.stored == {}

    @pytest.mark.parametrize(("said", "named"), [({"size_bytes": 5}, "size_bytes"), ({"digest": "00" * 32}, "sha256")])
    def test_must_be_what_is_said(self, world, said, named):
        with pytest.raises(Invalid) as caught:
            world.create(**said)
        assert caught.value.field == named
        assert world.store.stored == {}

    def test_again_is_the_same(self, world):
        first = world.create()
        again = world.create()
        assert again.artifact == first.artifact
        assert not again.is_new

    def test_another_under_the_same_id(self, world):
        world.create()
        with pytest.raises(Conflict):
            world.create(
                FILES["application/pdf"], media=media_type("application/pdf"), size_bytes=len(FILES["application/pdf"])
            )
        with pytest.raises(Conflict):
            world.create(filename="b.png")

    @pytest.mark.parametrize(
        ("store", "call", "when"),
        [
            ("store", "create", "after"),
            ("files", "put", "before"),
            ("files", "put", "after"),
            ("store", "finish", "before"),
            ("store", "finish", "after"),
        ],
    )
    def test_a_death_on_the_way_is_mended_by_trying_again(self, store, call, when):
        world = World()
        dying(getattr(world, store), call, when)
        with pytest.raises(Died):
            world.create()
        delattr(getattr(world, store), call)
        made = world.create()
        assert made.artifact.status == "stored"
        assert world.files.stored == {made.artifact.storage_path: PNG}

    def test_a_trace_deleted_meanwhile_keeps_nothing(self, world):
        real = world.files.put

        def put(artifact, content):
            world.delete()
            real(artifact, content)

        world.files.put = put
        with pytest.raises(NotFound):
            world.create()
        assert world.store.stored == {}
        assert world.files.stored == {}


class TestAnnounced:
    def test_waits(self, world):
        made = world.create(None)
        assert made.artifact.status == "pending"
        assert made.upload is not None
        with pytest.raises(Conflict, match="not been uploaded"):
            world.get()

    def test_comes(self, world):
        made = world.create(None)
        world.files.put(made.artifact, PNG)
        for _ in range(3):
            arrived = world.arrived(made.artifact)
            assert (arrived.status, arrived.sha256) == ("stored", DIGEST)
        assert world.get() == arrived
        assert world.create(None).upload is None

    @pytest.mark.parametrize(
        ("sent", "said", "reason"),
        [
            (b"<html>" + PNG[6:], {}, "is not image/png"),
            (PNG + b"x", {}, "bytes"),
            (PNG[:-1] + b"x", {"digest": DIGEST}, "SHA-256"),
        ],
    )
    def test_something_else_comes(self, world, sent, said, reason):
        made = world.create(None, **said)
        world.files.put(made.artifact, sent)
        for _ in range(2):
            arrived = world.arrived(made.artifact)
            assert arrived.status == "rejected"
            assert reason in arrived.reason
            assert world.files.stored == {}
        with pytest.raises(Conflict, match="rejected"):
            world.get()
        with pytest.raises(Conflict, match="rejected"):
            world.create(None, **said)

    def test_news_of_what_is_gone(self, world):
        made = world.create(None)
        assert world.arrived(made.artifact) is None
        assert world.store.get("ws_1", "art_1").status == "pending"

    @pytest.mark.parametrize("when", ["before", "after"])
    @pytest.mark.parametrize(("store", "call"), [("store", "finish"), ("files", "delete")])
    def test_a_worker_that_dies_is_tried_again(self, store, call, when):
        world = World()
        made = world.create(None)
        world.files.put(made.artifact, b"<html>" + PNG[6:])
        dying(getattr(world, store), call, when)
        with pytest.raises(Died):
            world.arrived(made.artifact)
        delattr(getattr(world, store), call)
        ended = world.arrived(made.artifact)
        assert ended is not None
        assert ended.status == "rejected"
        assert world.files.stored == {}

    def test_what_nobody_announced_is_deleted(self, world):
        for path in ("artifacts/ws_1/trc_1/art_9/a.png", "artifacts/ws_2/trc_1/art_1/a.png"):
            world.files.stored[path] = PNG
            assert artifacts.arrived(world.store, world.files, path) is None
        made = world.create(None)
        elsewhere = made.artifact.storage_path.replace("a.png", "b.png")
        world.files.stored[elsewhere] = PNG
        assert artifacts.arrived(world.store, world.files, elsewhere) is None
        assert world.files.stored == {}

    def test_other_files_are_none_of_its_business(self, world):
        world.files.stored["bodies/ws_1/trc_1/000"] = b"x"
        assert artifacts.arrived(world.store, world.files, "bodies/ws_1/trc_1/000") is None
        assert world.files.stored

    @pytest.mark.parametrize("size", [0, -1])
    def test_has_at_least_a_byte(self, world, size):
        with pytest.raises(Invalid):
            world.create(None, size_bytes=size)

    def test_has_at_most_50_mib(self, world):
        assert world.create(None, size_bytes=MAX_SIZE).upload
        with pytest.raises(TooLarge):
            world.create(None, size_bytes=MAX_SIZE + 1)

    @pytest.mark.parametrize("digest", ["x", "00" * 31, "é" * 64, "A" * 43, "zz" * 32])
    def test_digests_that_are_none(self, world, digest):
        with pytest.raises(Invalid):
            world.create(None, digest=digest)
