"""A sealed record, and ways to change it by hand with all rights to the table and the bucket."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.factories import PROJECT, WORKSPACE, make_trace, message
from tests.fakes.env import Clock
from wakeline import settings, wiring
from wakeline.adapters import aws
from wakeline.adapters.dynamodb import keys
from wakeline.adapters.dynamodb.keys import evidence as places
from wakeline.adapters.dynamodb.table import dynamodb, plain_item, typed_item
from wakeline.adapters.kms import is_signed
from wakeline.adapters.s3.archive import digest_key, leaves_key
from wakeline.domain.append import build
from wakeline.domain.caller import Caller
from wakeline.domain.errors import NotFound
from wakeline.domain.events import NewEvent
from wakeline.domain.evidence.check import check
from wakeline.domain.evidence.report import Outside, public_key_of
from wakeline.domain.trace import Trace, fold
from wakeline.services import digests, trace_export, verification
from wakeline.wiring import evidence

ADMIN = Caller(WORKSPACE, None, "auditor", "key", frozenset({"admin"}), "unlimited")
Act = Callable[["Record"], None]


class Record:
    """A trace of three segments over two sealed hours, and what its auditor kept."""

    def __init__(self, workers: Any, clock: Clock) -> None:
        self.workers, self.clock = workers, clock
        self.head("create")
        workers.append("trc_1", message("one"), message("two"))
        self.seal()
        workers.append("trc_1", message("three"))
        workers.append("trc_1", message("four"))
        self.seal()
        self.kept = [digest.to_json() for digest in evidence.digests().page(None, 100)]
        self.key = public_key_of(digests.pem(evidence.signer().public_key()))
        self.leaves = {
            digest.id: tuple(evidence.archive().leaves(digest))
            for digest in evidence.digests().page(None, 100)
            if digest.tree_size
        }

    def head(self, how: str = "") -> Trace:
        if how == "create":
            now = self.clock.moment.isoformat().replace("+00:00", "Z")
            facts: dict[str, Any] = {
                "created_at": now,
                "started_at": now,
                "name": "run",
                "metadata": {"a": 1},
                "agent": "agent",
            }
            assert wiring.ledger().create(make_trace("trc_1", **facts))
        found = wiring.ledger().head(WORKSPACE, "trc_1")
        assert found is not None
        return found

    def seal(self) -> None:
        self.clock.advance(hours=1)
        assert digests.seal_due(evidence.notary())

    def online(self) -> str | None:
        """What verify finds, if anything."""
        try:
            found = verification.verify(
                wiring.ledger(),
                evidence.proofs(),
                evidence.digests(),
                evidence.archive(),
                wiring.env(),
                ADMIN,
                "trc_1",
            )
        except NotFound:
            return None  # as if it had never been: the API cannot tell
        return None if found.valid else found.reason

    def offline(self) -> str | None:
        """What an auditor finds in an export made now, with the digests and leaves that they kept."""
        try:
            download = trace_export.export_one(
                wiring.ledger(), evidence.proofs(), evidence.digests(), evidence.signer(), wiring.env(), ADMIN, "trc_1"
            )
            export = json.loads(b"".join(download.pieces))
        except NotFound:
            return "there is nothing to export, and the leaves name the trace"
        except Exception as error:
            return f"it cannot be exported: {error}"
        alone = check(export, is_signed, Outside(public_key=self.key))
        kept = check(export, is_signed, Outside(tuple(self.kept), self.leaves, self.key))
        findings = [*alone.findings, *kept.findings]
        return next((finding.what for finding in findings if not finding.ok), None)

    def item(self, sk: str, pk: str | None = None) -> dict[str, Any]:
        key = typed_item({"pk": pk or keys.trace_pk(WORKSPACE, "trc_1"), "sk": sk})
        return plain_item(dynamodb().get_item(TableName=settings.table_name(), Key=key)["Item"])

    def put(self, item: dict[str, Any]) -> None:
        dynamodb().put_item(TableName=settings.table_name(), Item=typed_item(item))

    def drop(self, sk: str, pk: str | None = None) -> None:
        key = typed_item({"pk": pk or keys.trace_pk(WORKSPACE, "trc_1"), "sk": sk})
        dynamodb().delete_item(TableName=settings.table_name(), Key=key)

    def proofs_pk(self) -> str:
        return places.proof_pk(WORKSPACE, "trc_1")

    def recompute(self, texts: list[str], **facts: Any) -> None:
        """Write the whole trace anew with the ledger's own code, as somebody with table access could."""
        old = self.head()
        for segment in list(wiring.ledger().segments(WORKSPACE, "trc_1")):
            wiring.ledger().delete_segment(WORKSPACE, "trc_1", segment)
        said = {"created_at": old.created_at, "started_at": old.started_at, "name": old.name, "agent": old.agent}
        trace = make_trace("trc_1", **{**said, "metadata": old.metadata, "project_id": PROJECT, **facts})
        env = wiring.env()
        for text in texts:
            new = [(0, NewEvent.read(message(text)), trace.last_seq + 1)]
            segment, _ = build(trace, new, old.changed_at, lambda: env.new_id("evt"), env.salt)
            assert wiring.ledger().put_segment(WORKSPACE, "trc_1", segment) is None
            trace = fold(trace, segment, segment.delta)
        trace = replace(trace, version=max(trace.version, old.version)).sealed()
        assert wiring.ledger().write_head(trace, old.version)


def _attribute(name: str, value: Any, sk: str = keys.segment_sk(0)) -> Act:
    return lambda record: record.put({**record.item(sk), name: value})


def _head_json(name: str, value: Any, *, sealed: bool = False, raised: bool = False) -> Act:
    def act(record: Record) -> None:
        trace = record.head()
        changed = replace(trace, **{name: value}, version=trace.version + raised)
        changed = changed.sealed() if sealed else changed
        from wakeline.adapters.dynamodb.traces import to_item

        record.put(to_item(changed))

    return act


def _gone(sk: str) -> Act:
    return lambda record: record.drop(sk)


def _swap(record: Record) -> None:
    first, second = record.item(keys.segment_sk(2)), record.item(keys.segment_sk(3))
    record.put({**first, "sk": second["sk"]})
    record.put({**second, "sk": first["sk"]})


def _cut_tail(record: Record) -> None:
    record.recompute(["one", "two", "three"])


def _wipe(record: Record) -> None:
    for sk in (keys.HEAD, *(keys.segment_sk(at) for at in (0, 2, 3))):
        record.drop(sk)


def _wipe_with_proofs(record: Record) -> None:
    _wipe(record)
    _drop_proofs(record)


def _drop_proofs(record: Record) -> None:
    for proof in evidence.proofs().proofs(WORKSPACE, "trc_1"):
        record.drop(proof.hour, record.proofs_pk())


def _rewrite_and_drop_proofs(record: Record) -> None:
    record.recompute(["one", "TWO", "three", "four"])
    _drop_proofs(record)


def _rewrite_and_drop_newest(record: Record) -> None:
    record.recompute(["one", "two", "THREE", "four"])
    record.drop(evidence.proofs().proofs(WORKSPACE, "trc_1")[0].hour, record.proofs_pk())


def _proof_field(name: str, value: Any) -> Act:
    def act(record: Record) -> None:
        newest = evidence.proofs().proofs(WORKSPACE, "trc_1")[0]
        record.put({**record.item(newest.hour, record.proofs_pk()), name: value})

    return act


def _leaf_rewritten(record: Record) -> None:
    record.recompute(["one", "TWO", "three", "four"])
    trace = record.head()
    for proof in evidence.proofs().proofs(WORKSPACE, "trc_1"):
        item = record.item(proof.hour, record.proofs_pk())
        leaf = json.loads(item["leaf"]) | {"head_hash": trace.head_hash, "seal": trace.seal}
        record.put({**item, "leaf": json.dumps(leaf)})


def _digest_gone(record: Record) -> None:
    last = evidence.digests().last()
    assert last is not None
    record.drop(last.id, places.digests_pk("all"))


def _digest_forged(record: Record) -> None:
    """A rewritten trace with proofs and digests that fit it, in the table; the archive is locked."""
    _leaf_rewritten(record)
    for proof in evidence.proofs().proofs(WORKSPACE, "trc_1"):
        digest = evidence.digests().get(f"dig_{proof.hour}")
        assert digest is not None
        evidence.digests().put(replace(digest, root=str(proof.root)))


def _archive_overwritten(record: Record) -> None:
    _digest_forged(record)
    for proof in evidence.proofs().proofs(WORKSPACE, "trc_1"):
        digest = evidence.digests().get(f"dig_{proof.hour}")
        assert digest is not None
        _over(digest_key(digest.hour), json.dumps(digest.to_json()).encode())


def _leaves_overwritten(record: Record) -> None:
    _rewrite_and_drop_proofs(record)
    last = evidence.digests().last()
    assert last is not None
    _over(leaves_key(last), b"")


def _over(key: str, body: bytes) -> None:
    aws.client("s3").put_object(Bucket=settings.evidence_bucket(), Key=key, Body=body)


def _false_tombstone(record: Record) -> None:
    trace = record.head()
    gone = {"at": trace.changed_at, "by": "nobody", "events": 0, "head_hash": trace.head_hash}
    _head_json("deleted", gone, sealed=True, raised=True)(record)


MATRIX: list[tuple[str, Act, bool, bool]] = [
    ("a segment's body", _attribute("body", b"x"), True, True),
    ("a segment's count", _attribute("n", 3), True, False),
    ("a segment's seqs", _attribute("last_seq", 9), True, False),
    ("a segment's previous hash", _attribute("prev", b"\0" * 32), True, True),
    ("a segment's head hash", _attribute("head", b"\0" * 32), True, False),
    ("a segment's counters", _attribute("delta", "{}"), True, False),
    ("a segment's seal", _attribute("seal", b"\0" * 32), True, False),
    ("a segment's place in the index by time", _attribute("gsi3sk", "2000"), True, False),
    ("an attribute put into a segment", _attribute("note", "x"), True, False),
    ("a segment in the middle removed", _gone(keys.segment_sk(2)), True, True),
    ("the last segment removed", _gone(keys.segment_sk(3)), True, True),
    ("two segments swapped", _swap, True, True),
    ("HEAD's name, seal left", _head_json("name", "other"), True, True),
    ("HEAD's name, seal recomputed", _head_json("name", "other", sealed=True), True, True),
    ("HEAD's name, seal and version too", _head_json("name", "other", sealed=True, raised=True), True, True),
    ("HEAD's project, seal and version too", _head_json("project_id", "p", sealed=True, raised=True), True, True),
    ("HEAD's counters, seal and version too", _head_json("counters", {}, sealed=True, raised=True), True, False),
    ("HEAD's cost, seal and version too", _head_json("cost", "9", sealed=True, raised=True), True, False),
    ("HEAD's notes, seal recomputed", _head_json("notes", "x", sealed=True), True, True),
    ("HEAD's last index, seal and version too", _head_json("last_index", 2, sealed=True, raised=True), True, True),
    ("the tail cut and HEAD recomputed", _cut_tail, True, True),
    ("the whole chain recomputed", lambda record: record.recompute(["one", "TWO", "three", "four"]), True, True),
    ("the chain recomputed and its newest proof removed", _rewrite_and_drop_newest, True, True),
    ("the chain recomputed and all its proofs removed", _rewrite_and_drop_proofs, True, True),
    ("the chain and its leaves recomputed", _leaf_rewritten, True, True),
    ("the chain, leaves and digests recomputed", _digest_forged, True, True),
    ("all that, and the archive's objects put over", _archive_overwritten, True, True),
    ("the chain recomputed, proofs removed, leaves put over", _leaves_overwritten, True, True),
    ("the trace removed", _wipe, True, True),
    ("the trace and its proofs removed", _wipe_with_proofs, False, True),
    ("a tombstone that nobody asked for", _false_tombstone, False, True),
    ("all proofs removed", _drop_proofs, True, True),
    ("a proof's leaf", _proof_field("leaf", json.dumps({})), True, True),
    ("a proof's path", _proof_field("path", b"\0" * 32), True, True),
    ("a proof's tree size", _proof_field("size", 7), True, True),
    ("a digest removed from the table", _digest_gone, False, True),
]
