"""The one Logger and the request metrics (Powertools), made on first use.

X-Ray is switched on in the template (`Tracing: Active`), which records each invocation without the X-Ray SDK:
importing that would cost a cold start more than the rest of the function does. The Logger writes the trace id into
every line by itself.
"""

from functools import cache

from aws_lambda_powertools.logging import Logger


@cache
def logger() -> Logger:
    """The structured logger. Secrets and payloads are never handed to it."""
    return Logger(service="wakeline", serialize_stacktrace=False)


def count_request(route: str, status: int, milliseconds: float) -> None:
    """Count one answered request and its duration, by route, in CloudWatch's embedded format: a line of log, not a
    call.
    """
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

    metrics = EphemeralMetrics(namespace="Wakeline", service="wakeline")
    metrics.add_dimension("route", route)
    metrics.add_dimension("status", f"{status // 100}xx")
    metrics.add_metric("Requests", MetricUnit.Count, 1)
    metrics.add_metric("Duration", MetricUnit.Milliseconds, milliseconds)
    metrics.flush_metrics()


def count(**counted: float) -> None:
    """Count what happened, by metric; what is 0 is left out. CloudWatch has no unit for the dollars of `CostRecorded`.

    Names and values only: whatever tells workspaces apart would be a metric of its own for each.
    """
    from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

    counted = {name: value for name, value in counted.items() if value}
    if not counted:
        return
    metrics = EphemeralMetrics(namespace="Wakeline", service="wakeline")
    for name, value in counted.items():
        metrics.add_metric(name, MetricUnit.NoUnit if name == "CostRecorded" else MetricUnit.Count, value)
    metrics.flush_metrics()
