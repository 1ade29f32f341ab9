"""What a month costs: measured calls times public prices (prices.py), for five ways of recording and three sizes.

    python -m bench costs          # prints the tables of docs/costs.md; some minutes

Every way of recording is measured twice: *quiet*, where each request's changes reach the workers alone, as with few
users, and *busy*, where they come in batches, as fast as one client sends. All workers are in it: rollups, feed, search
index and its merging, analysis, incidents, memories, hourly digests, nightly exports, sweeps.
"""

from dataclasses import dataclass

from bench import mix, prices
from bench.bill import Bill, added, scaled, storage, total
from bench.hot import A_PARTITION
from bench.machine import table
from bench.meter import Clockwork, Measured, Meter, ways
from bench.prices import AWS, MONTH_DAYS
from bench.usage import Stored, Usage, metered

SESSION = 200
"""Events of the session that sizes count in."""
SHARES = {"SDK, live": 0.4, "transcript": 0.3, "OTLP": 0.2, "hooks": 0.1}
"""Of the sessions of a day, by how they are recorded."""
LOOKS = 1.0
"""How often a session is looked at: a list, its facts, timeline and events, the statistics, a search."""
DECISIONS = 1.0
"""How often a session asks whether it may do something."""
SIZES = (100, 1_000, 10_000)
"""Sessions a day."""
KEPT_DAYS, SUPERSEDED_DAYS = 90, 35
"""How long sessions are kept, and former versions of objects (the template's RetentionDays)."""
OBSERVATIONS = 0.4
"""Langfuse's observations, and others' spans, per event: of five events one is a model call, two are a tool call."""
DECISIONS_MEASURED = 20
OF_A_TRACE = ("T#", "E#", "SEARCHED#")
"""How the partition keys begin of which each trace has its own."""
HOTTEST = 4


def main() -> None:
    """Measure and print."""
    with metered() as (stack, functions):
        meter = Meter(stack, functions)
        meter.warm()
        quiet = {way: meter.measure(asks, alone=True) for way, asks in ways("quiet", 1).items()}
        busy = {way: meter.measure(asks, alone=False) for way, asks in ways("busy", 4).items()}
        looking = meter.measure(mix.reads("warm-sdk"), alone=True)
        deciding = meter.measure(map(mix.evaluate, range(DECISIONS_MEASURED)), alone=True)
        clockwork = meter.clockwork()
        bill = Bill.of(functions)
    _print_ways(bill, quiet, busy)
    _print_functions(bill, quiet["SDK, live"], busy["SDK, live"])
    _print_partitions(busy)
    reading = added(scaled(looking.used, LOOKS), scaled(deciding.used, DECISIONS / DECISIONS_MEASURED))
    teams = [Team(bill, ways, reading, clockwork) for ways in (quiet, busy)]
    _print_sizes(*teams)
    _print_hosted(*teams)


def _print_ways(bill: Bill, quiet: dict[str, Measured], busy: dict[str, Measured]) -> None:
    rows = []
    for way, batches, measured in (
        (way, batches, taken[way].of(1e6)) for way in quiet for batches, taken in (("quiet", quiet), ("busy", busy))
    ):
        every = total(measured.used)
        rows.append(
            (
                way,
                batches,
                bill.requests(measured.used) / 1e3,
                every.invocations / 1e3,
                every.wcu / 1e6,
                every.rcu / 1e6,
                every.s3_writes / 1e3,
                every.bus_events / 1e3,
                bill.lambda_milliseconds(measured.used) / 1e6,
                measured.kept.table / 1e9,
                (measured.kept.objects + measured.kept.superseded) / 1e9,
                sum(bill.lines(measured.used).values()),
                storage(measured.kept),
            )
        )
    table(
        "Costs: a million events",
        (
            *("recorded by", "workers", "k requests", "k invocations", "M WCU", "M RCU", "k S3 writes"),
            *("k bus events", "M Lambda ms", "GB table", "GB S3", "$ once", "$ a month kept"),
        ),
        rows,
        f"Prices of {prices.REGION}. Scheduled workers and reading are not in this table.",
    )


def _print_functions(bill: Bill, quiet: Measured, busy: Measured) -> None:
    rows = []
    for name in added(quiet.used, busy.used):
        for batches, measured in (("quiet", quiet.of(1e6)), ("busy", busy.of(1e6))):
            use = measured.used.get(name, Usage())
            alone = sum(bill.lines({name: use}).values())
            milliseconds = bill.milliseconds(name, use)
            rows.append((name, batches, use.invocations / 1e3, use.wcu / 1e6, use.rcu / 1e6, milliseconds / 1e6, alone))
    table(
        "Costs: a million events from the SDK, live, by function",
        ("function", "workers", "k invocations", "M WCU", "M RCU", "M Lambda ms", "$"),
        rows,
    )


def _print_partitions(busy: dict[str, Measured]) -> None:
    rows = []
    for way, measured in busy.items():
        shared = [(units, *place) for place, units in measured.written.items() if not place[1].startswith(OF_A_TRACE)]
        for units, index, key in sorted(shared, reverse=True)[:HOTTEST]:
            each = units / measured.events
            rows.append((way, index, key[:20], each * 1000, int(A_PARTITION / each)))
    table(
        "Costs: the partition keys that are written most",
        ("recorded by", "in", "partition key", "write units per 1,000 events", "events/s at 1,000 units/s"),
        rows,
        "Of the keys that all sessions of one workspace share; workers busy, one API key.",
    )


@dataclass(frozen=True)
class Team:
    """What people do all day, from which months of any size are made."""

    bill: Bill
    ways: dict[str, Measured]
    reading: dict[str, Usage]
    clockwork: Clockwork

    def month(self, sessions: int) -> Measured:
        """A month of so many sessions a day, with what is kept once `KEPT_DAYS` are full."""
        a_day = [self.ways[way].of(sessions * share * SESSION) for way, share in SHARES.items()]
        used = added(
            *(part.used for part in a_day),
            scaled(self.reading, sessions),
            scaled(self.clockwork.a_session, sessions),
            self.clockwork.a_day,
        )
        new = sum((part.kept for part in a_day), Stored(0, 0, 0))
        kept = Stored(new.table * KEPT_DAYS, new.objects * KEPT_DAYS, new.superseded * SUPERSEDED_DAYS)
        return Measured(sessions * SESSION * MONTH_DAYS, scaled(used, MONTH_DAYS), kept, {})

    def costs(self, month: Measured) -> dict[str, float]:
        """US dollars by line."""
        routes = len([name for name in month.used if name in self.bill.http])
        metrics = (routes * prices.METRICS_A_ROUTE + prices.METRICS_OF_ACTIVITY) * AWS.custom_metric_month
        return self.bill.lines(month.used) | {
            f"storage of {KEPT_DAYS} days": storage(month.kept),
            "metrics and signing key": metrics + AWS.signing_key_month,
        }

    def price(self, sessions: int) -> float:
        """US dollars a month in all."""
        return sum(self.costs(self.month(sessions)).values())


def _print_sizes(quiet: Team, busy: Team) -> None:
    months = [quiet.month(size) for size in SIZES]
    bills = [quiet.costs(month) for month in months]
    everything = [total(month.used) for month in months]
    counted = {
        "M events": [month.events / 1e6 for month in months],
        "M requests": [quiet.bill.requests(month.used) / 1e6 for month in months],
        "M invocations": [every.invocations / 1e6 for every in everything],
        "M Lambda ms": [quiet.bill.lambda_milliseconds(month.used) / 1e6 for month in months],
        "M WCU": [every.wcu / 1e6 for every in everything],
        "M RCU": [every.rcu / 1e6 for every in everything],
        "M S3 writes": [every.s3_writes / 1e6 for every in everything],
        "M bus events": [every.bus_events / 1e6 for every in everything],
        "GB in the table": [month.kept.table / 1e9 for month in months],
        "GB in S3": [(month.kept.objects + month.kept.superseded) / 1e9 for month in months],
    }
    head = ("a month of", *(f"{size:,} sessions a day" for size in SIZES))
    table("Costs: what a month uses", head, [(name, *values) for name, values in counted.items()])
    less = [busy.price(size) for size in SIZES]
    table(
        "Costs: what a month costs, US dollars",
        head,
        [
            *((name, *(each[name] for each in bills)) for name in bills[0]),
            ("**in all**", *(sum(each.values()) for each in bills)),
            ("in all, workers busy", *less),
            *(
                (name, *(price / month.events * 1e6 for price, month in zip(totals, months, strict=True)))
                for name, totals in (
                    ("a million events", [sum(each.values()) for each in bills]),
                    ("a million events, workers busy", less),
                )
            ),
        ],
    )


def _print_hosted(quiet: Team, busy: Team) -> None:
    rows = []
    for size in SIZES:
        traces, spans = size * MONTH_DAYS, size * SESSION * MONTH_DAYS * OBSERVATIONS
        rows.append(
            (
                f"{size:,}",
                quiet.price(size),
                busy.price(size),
                prices.langfuse(traces + spans),
                prices.langsmith(traces),
                f"{spans / prices.ARIZE_PRO_SPANS:,.0f} × those of Pro's ${prices.ARIZE_PRO:.0f}",
            )
        )
    table(
        "Costs: beside hosted products, US dollars a month",
        ("sessions a day", "AWS", "AWS, workers busy", "Langfuse Core", "LangSmith Plus, 1 seat", "Arize AX: spans"),
        rows,
    )
