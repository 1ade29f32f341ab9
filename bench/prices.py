"""What AWS and three hosted products charge, by their public price lists. Change a figure here and run costs again."""

from dataclasses import dataclass

REGION = "us-east-1"
MILLION = 1_000_000
MONTH_DAYS = 30.4


@dataclass(frozen=True)
class Aws:
    """US dollars in us-east-1, without free tiers and volume discounts.

    Seen: DynamoDB 21 July 2025 (after the cut of November 2024), Lambda on arm64 2024, API Gateway February 2026,
    EventBridge March and June 2026; S3, CloudWatch, X-Ray and KMS on undated pages that agree with each other.
    """

    api_request: float = 3.50 / MILLION
    lambda_request: float = 0.20 / MILLION
    lambda_gb_second: float = 0.0000133334
    write_unit: float = 0.625 / MILLION
    read_unit: float = 0.125 / MILLION
    table_gb_month: float = 0.25
    recovery_gb_month: float = 0.20
    s3_write: float = 5.00 / MILLION
    s3_read: float = 0.40 / MILLION
    s3_gb_month: float = 0.023
    bus_event: float = 1.00 / MILLION
    log_gb: float = 0.50
    xray_trace: float = 5.00 / MILLION
    custom_metric_month: float = 0.30
    signing_key_month: float = 1.00


AWS = Aws()

# Waiting is billed as well as computing. Not measured: nothing here is AWS. Typical figures of one region.
DYNAMODB_WAIT_MS = 5.0
S3_WAIT_MS = 30.0
OTHER_WAIT_MS = 20.0
MB_OF_ONE_VCPU = 1769
"""Lambda's memory that comes with one whole processor; less memory, a share of it."""
PLATFORM_LOG_BYTES = 500
"""START, END and REPORT of one invocation."""
METRIC_LOG_BYTES = 400
"""The line in CloudWatch's embedded format that each HTTP request writes, and each run of those below."""
COUNTING = ("ReadChanges", "OnTraceCompleted")
METRICS_A_ROUTE = 2
METRICS_OF_ACTIVITY = 14
"""What functions count beside requests, in a month in which all of it happens."""


def langfuse(units: float) -> float:
    """Langfuse Cloud Core, a month: $29 with 100 k units, then graduated. Read from its price page on 9 June 2026.

    A unit is a trace, an observation or a score.
    """
    price, seen = 29.0, 100_000.0
    for limit, per_100k in ((1e6, 8.0), (1e7, 7.0), (5e7, 6.5), (float("inf"), 6.0)):
        price += max(0.0, min(units, limit) - seen) / 100_000 * per_100k
        seen = max(seen, min(units, limit))
    return price


def langsmith(traces: float, seats: int = 1) -> float:
    """LangSmith Plus, a month: $39 a seat with 10 k base traces in all (read on 20 September 2026), then $2.50 per
    1 000 (8 May 2026); base traces are kept for 14 days.
    """
    return 39.0 * seats + max(0.0, traces - 10_000) / 1000 * 2.50


ARIZE_PRO = 50.0
ARIZE_PRO_SPANS = 50_000
"""Arize AX Pro, a month, with 50 k spans and 10 GB; what more costs stands on no dated page that we found. Arize
Phoenix itself is free to run on machines of one's own."""
