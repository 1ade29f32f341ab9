"""Memories drawn from a trace that is over, through the handler."""

from contextlib import suppress

import pytest

from tests.factories import message
from wakeline import wiring
from wakeline.adapters.embeddings.lexical import LexicalEmbedder
from wakeline.domain.caller import Caller
from wakeline.domain.errors import NotFound
from wakeline.services import config, ledger, memories, memory_drawing, traces
from wakeline.wiring import find, govern, stats

CALLER = Caller("ws_1", None, "tests", "key", frozenset({"admin"}), "unlimited")


@pytest.fixture(autouse=True)
def local_model(workers, monkeypatch):
    """The functions' environment names a Bedrock model, which is not here."""
    monkeypatch.setenv("EMBEDDING_MODEL", "local")


@pytest.fixture
def turned_on(workers):
    changed = {"memory": {"from_traces": True}}
    config.save(stats.config(), wiring.env(), govern.audit_log(), CALLER, changed, None)


def ended(workers, trace_id="trc_1"):
    """What the bus says of a trace that is over."""
    event = {"detail": {"workspace_id": "ws_1", "trace_id": trace_id}}
    workers.functions.invoke(workers.functions.all["RememberTrace"], event)


def kept():
    return sorted(find.memories().of_workspace("ws_1", 100), key=lambda memory: memory.value)


def said(workers, trace_id, *texts, **facts):
    workers.trace(trace_id, **facts)
    workers.append(trace_id, *(message(text) for text in texts))


def test_nothing_is_drawn_unless_it_is_turned_on(workers):
    said(workers, "trc_1", "Always use tabs.")
    ended(workers)
    assert kept() == []


def test_what_was_said_is_kept_with_where_it_was_said(workers, turned_on):
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
    said(workers, "trc_1", "Fix the login.", "No, use pnpm. Remember that the token is " + token)
    ended(workers)
    correction, fact = kept()
    assert (correction.value, correction.category, correction.confidence) == ("No, use pnpm.", "correction", 0.75)
    assert (correction.scope, correction.project_id, correction.session_id) == ("project", "proj_1", "trc_1")
    assert (correction.source, correction.created_by) == ("trace", "system:memory")
    source = list(ledger.read_events(wiring.ledger(), ledger.living(wiring.ledger().head("ws_1", "trc_1"))))[1]
    where = {"trace_id": "trc_1", "event_id": source.id, "index": source.index}
    assert correction.metadata == {**where, "rule": "no_but"}
    assert fact.value == "Remember that the token is [redacted:github_token]"
    assert correction.vector is not None


def test_the_same_trace_again_and_the_same_words_elsewhere_add_nothing(workers, turned_on):
    said(workers, "trc_1", "Always use tabs.")
    said(workers, "trc_2", "please fix it", "always use TABS")
    for trace_id in ("trc_1", "trc_1", "trc_2"):
        ended(workers, trace_id)
        assert [(each.value, each.version, each.session_id) for each in kept()] == [("Always use tabs.", 1, "trc_1")]


def test_what_people_made_of_a_memory_stays(workers, turned_on):
    said(workers, "trc_1", "Always use tabs.")
    ended(workers)
    changed = memories.Note(kept()[0].key, "spaces after all", project_id="proj_1")
    memories.remember(find.memories(), wiring.ledger(), wiring.env(), CALLER, changed)
    ended(workers)
    assert [each.value for each in kept()] == ["spaces after all"]


def test_projects_are_apart(workers, turned_on):
    said(workers, "trc_1", "Always use tabs.")
    said(workers, "trc_2", "Always use tabs.", project_id="proj_2")
    ended(workers, "trc_1")
    ended(workers, "trc_2")
    assert sorted(each.project_id for each in kept()) == ["proj_1", "proj_2"]


def test_a_replay_and_a_deleted_trace_leave_nothing(workers, turned_on):
    said(workers, "replayed", "Always use tabs.", metadata={"_fork_id": "frk_1"})
    ended(workers, "replayed")
    said(workers, "trc_1", "Always use spaces.")
    ended(workers)
    assert len(kept()) == 1
    traces.delete(wiring.ledger(), wiring.env(), govern.audit_log(), CALLER, "trc_1")
    event = {"detail": {"workspace_id": "ws_1", "trace_id": "trc_1"}}
    workers.functions.invoke(workers.functions.all["ForgetTrace"], event)
    ended(workers)
    ended(workers, "never-there")
    assert kept() == []


def test_a_trace_deleted_while_memories_are_drawn_leaves_none(workers, turned_on):
    said(workers, "trc_1", "Always use tabs.", "Never use spaces.")

    class Deleting(LexicalEmbedder):
        """Somebody deletes the trace as soon as the first memory is about to be written."""

        def embed(self, texts):
            with suppress(NotFound):  # it is deleted once
                traces.delete(wiring.ledger(), wiring.env(), govern.audit_log(), CALLER, "trc_1")
            return super().embed(texts)

    stores = (stats.config(), find.memories(), wiring.ledger(), wiring.env(), Deleting())
    assert memory_drawing.draw(*stores, "ws_1", "trc_1") == 0
    assert kept() == []
