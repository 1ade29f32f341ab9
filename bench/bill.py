"""Usage in money: what some invocations cost by the price table."""

from dataclasses import dataclass

from bench import prices
from bench.prices import AWS, MONTH_DAYS
from bench.usage import Metered, Stored, Usage

TRACED_A_SECOND, TRACED_SHARE = 1.0, 0.05
"""X-Ray's default sampling: the first request of a second, and of all others this share."""


@dataclass(frozen=True)
class Bill:
    """Prices what functions used. `memory` is in MB, `http` names those that API Gateway calls."""

    memory: dict[str, int]
    http: frozenset[str]

    @classmethod
    def of(cls, functions: Metered) -> "Bill":
        """For the functions of a template."""
        memory = {name: function.memory for name, function in functions.all.items()}
        return cls(memory, frozenset(name for name in functions.all if functions.serves_http(name)))

    def milliseconds(self, name: str, use: Usage) -> float:
        """Lambda's billed duration: the processor time at the function's memory, and waiting for AWS.

        Without cold starts.
        """
        share = min(1.0, self.memory[name] / prices.MB_OF_ONE_VCPU)
        waiting = (
            use.dynamodb * prices.DYNAMODB_WAIT_MS
            + (use.s3_writes + use.s3_reads) * prices.S3_WAIT_MS
            + use.other * prices.OTHER_WAIT_MS
        )
        return use.cpu_ms / share + waiting

    def lambda_milliseconds(self, used: dict[str, Usage]) -> float:
        """Of all functions."""
        return sum(self.milliseconds(name, use) for name, use in used.items())

    def requests(self, used: dict[str, Usage]) -> float:
        """HTTP requests."""
        return sum(use.invocations for name, use in used.items() if name in self.http)

    def lines(self, used: dict[str, Usage]) -> dict[str, float]:
        """US dollars by service, for what was used in a month."""
        every = total(used)
        gigabyte_seconds = sum(
            self.milliseconds(name, use) / 1000 * self.memory[name] / 1024 for name, use in used.items()
        )
        requests = self.requests(used)
        metrics = requests + sum(use.invocations for name, use in used.items() if name in prices.COUNTING)
        logs = every.log_bytes + every.invocations * prices.PLATFORM_LOG_BYTES + metrics * prices.METRIC_LOG_BYTES
        always = min(every.invocations, TRACED_A_SECOND * 86_400 * MONTH_DAYS)
        traced = always + TRACED_SHARE * (every.invocations - always)
        return {
            "API Gateway": requests * AWS.api_request,
            "Lambda": every.invocations * AWS.lambda_request + gigabyte_seconds * AWS.lambda_gb_second,
            "DynamoDB writes": every.wcu * AWS.write_unit,
            "DynamoDB reads": every.rcu * AWS.read_unit,
            "S3 requests": every.s3_writes * AWS.s3_write + every.s3_reads * AWS.s3_read,
            "EventBridge": every.bus_events * AWS.bus_event,
            "CloudWatch Logs": logs / 1e9 * AWS.log_gb,
            "X-Ray": traced * AWS.xray_trace,
        }


def storage(kept: Stored) -> float:
    """US dollars a month of keeping so much, the table with point-in-time recovery."""
    table = kept.table / 1e9 * (AWS.table_gb_month + AWS.recovery_gb_month)
    return table + (kept.objects + kept.superseded) / 1e9 * AWS.s3_gb_month


def total(used: dict[str, Usage]) -> Usage:
    """Of all functions."""
    return sum(used.values(), Usage())


def scaled(used: dict[str, Usage], factor: float) -> dict[str, Usage]:
    """So many times this."""
    return {name: use.times(factor) for name, use in used.items()}


def added(*parts: dict[str, Usage]) -> dict[str, Usage]:
    """Several together, by function."""
    names = {name for part in parts for name in part}
    return {name: sum((part.get(name, Usage()) for part in parts), Usage()) for name in sorted(names)}
