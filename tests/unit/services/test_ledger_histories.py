"""Random histories: appends, repeats, deaths at any write, stale writers. What must hold, holds after each step."""

from contextlib import suppress
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.checking import head, keys_of, sound
from tests.factories import WORKSPACE, batch, llm_call, make_trace, message
from tests.fakes.dying import Died, DyingLedger, ForgetfulLedger
from tests.fakes.env import fixed_env
from tests.fakes.ledger import MemoryLedger
from wakeline.domain.append import sift
from wakeline.services import ledger, seqs

TRACE = "trc_1"
SIZES = st.integers(1, 7)


class Histories(RuleBasedStateMachine):
    """`acknowledged` are keys whose writer was told; `unknown` those whose writer died."""

    @initialize()
    def begin(self) -> None:
        self.store = MemoryLedger()
        self.env = fixed_env()
        self.store.create(make_trace(TRACE))
        self.acknowledged: list[str] = []
        self.unknown: set[str] = set()
        self.sent: list[Any] = []
        self.number = 0

    def events(self, size: int, leap: int | None) -> Any:
        """Keyed events; with `leap`, numbered from that far behind the last."""
        raw = []
        for n in range(size):
            key = f"k{self.number}"
            self.number += 1
            said = message(key) if n % 2 else llm_call(cost_usd=0.1)
            raw.append({**said, "idempotency_key": key})
            if leap is not None:
                raw[-1]["seq"] = head(self.store).last_seq + 50 + leap + n
        self.sent.append(batch(*raw))
        return self.sent[-1]

    def acknowledge(self, sent: Any) -> None:
        for _, event in sent:
            self.unknown.discard(event.idempotency_key)
            if event.idempotency_key not in self.acknowledged:
                self.acknowledged.append(event.idempotency_key)

    @rule(size=SIZES, leap=st.none() | st.integers(0, 9))
    def append(self, size: int, leap: int | None) -> None:
        sent = self.events(size, leap)
        assert ledger.append(self.store, self.env, WORKSPACE, TRACE, sent).rejected == []
        self.acknowledge(sent)

    @rule(size=SIZES)
    def append_and_lose_the_answer(self, size: int) -> None:
        sent = self.events(size, None)
        ledger.append(ForgetfulLedger(self.store), self.env, WORKSPACE, TRACE, sent)
        self.acknowledge(sent)

    @rule(
        size=SIZES, leap=st.none() | st.integers(0, 9), at=st.integers(1, 4), when=st.sampled_from(["before", "after"])
    )
    def die(self, size: int, leap: int | None, at: int, when: Any) -> None:
        sent = self.events(size, leap)
        try:
            ledger.append(DyingLedger(self.store, at, when), self.env, WORKSPACE, TRACE, sent)
        except Died:
            self.unknown |= {event.idempotency_key for _, event in sent}
        else:
            self.acknowledge(sent)

    @rule(data=st.data())
    def send_an_old_batch_again(self, data: Any) -> None:
        """One without numbers; a numbered one that never went in would now be too late."""
        old = [sent for sent in self.sent if sent[0][1].seq is None]
        if old:
            sent = data.draw(st.sampled_from(old))
            done = ledger.append(self.store, self.env, WORKSPACE, TRACE, sent)
            assert (done.accepted, done.rejected) == (len(sent), [])
            self.acknowledge(sent)

    @rule(data=st.data())
    def send_an_old_numbered_batch_again(self, data: Any) -> None:
        old = [sent for sent in self.sent if sent[0][1].seq is not None]
        if old:
            sent = data.draw(st.sampled_from(old))
            done = ledger.append(self.store, self.env, WORKSPACE, TRACE, sent)
            if sent[0][1].idempotency_key in self.acknowledged:
                assert (done.accepted, done.rejected) == (len(sent), [])
            if not done.rejected:
                self.acknowledge(sent)

    @rule()
    def read(self) -> None:
        with suppress(Died):
            list(ledger.read_events(DyingLedger(self.store, 1, "before"), head(self.store)))
        list(ledger.read_events(self.store, head(self.store)))

    @rule(size=SIZES)
    def a_writer_with_a_stale_head(self, size: int) -> None:
        """It read HEAD, slept while another wrote, and goes on."""
        stale, sent, other = head(self.store), self.events(size, None), self.events(1, None)
        state = {"first": True}

        def draft(trace: Any) -> ledger.Draft:
            if state.pop("first", False):
                ledger.append(self.store, self.env, WORKSPACE, TRACE, other)
                trace = stale
            return ledger.Draft(sift(trace, sent, {}))

        ledger.commit(self.store, self.env, WORKSPACE, TRACE, draft)
        self.acknowledge(other)
        self.acknowledge(sent)

    @rule(place=st.integers(0, 400))
    def look_up_a_number(self, place: int) -> None:
        trace = ledger.settle(self.store, head(self.store))
        events = list(ledger.read_events(self.store, trace))
        wanted = next((event.index for event in events if event.seq > place), trace.event_count)
        assert seqs.index_after(self.store, trace, place) == wanted
        asked = [place, place + 1, 2 * place]
        stored = {event.seq: event.idempotency_key for event in events}
        assert seqs.stored_keys(self.store, trace, asked) == {seq: stored[seq] for seq in asked if seq in stored}

    @invariant()
    def nothing_is_lost_and_nothing_is_counted_twice(self) -> None:
        ledger.settle(self.store, head(self.store))
        trace, events = sound(self.store)
        keys = keys_of(events)
        assert len(keys) == len(set(keys))
        assert set(self.acknowledged) <= set(keys) <= set(self.acknowledged) | self.unknown
        calls = sum(event.type == "llm_call" for event in events)
        assert trace.counters.get("llm_calls", 0) == calls
        assert trace.cost == (f"{calls / 10:g}" if calls else "0")


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
