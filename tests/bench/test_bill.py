"""Usage in money, and the price lists of others."""

import pytest

from bench import prices
from bench.bill import Bill, added, scaled, storage, total
from bench.usage import Stored, Usage

BILL = Bill({"Answer": 1024, "Work": 1769}, frozenset({"Answer"}))


def test_a_function_pays_for_its_share_of_a_processor_and_for_waiting():
    use = Usage(cpu_ms=10, dynamodb=3, s3_writes=1, s3_reads=1, other=2)
    waiting = 3 * prices.DYNAMODB_WAIT_MS + 2 * prices.S3_WAIT_MS + 2 * prices.OTHER_WAIT_MS
    assert BILL.milliseconds("Work", use) == pytest.approx(10 + waiting)
    assert BILL.milliseconds("Answer", use) == pytest.approx(10 * 1769 / 1024 + waiting)


def test_the_lines_of_a_bill():
    used = {
        "Answer": Usage(invocations=1e6, wcu=4e6, rcu=8e6, log_bytes=1e9),
        "Work": Usage(invocations=1e6, cpu_ms=1e9, s3_writes=1e6, s3_reads=1e6, bus_events=1e6),
    }
    lines = BILL.lines(used)
    assert lines["API Gateway"] == pytest.approx(3.50)  # workers do not pass it
    assert lines["DynamoDB writes"] == pytest.approx(2.50)
    assert lines["DynamoDB reads"] == pytest.approx(1.00)
    assert lines["S3 requests"] == pytest.approx(5.40)
    assert lines["EventBridge"] == pytest.approx(1.00)
    seconds = 1e6 + 2e6 * prices.S3_WAIT_MS / 1000
    assert lines["Lambda"] == pytest.approx(0.40 + seconds * 1769 / 1024 * prices.AWS.lambda_gb_second)
    metrics, platform = 1e6 * prices.METRIC_LOG_BYTES, 2e6 * prices.PLATFORM_LOG_BYTES
    assert lines["CloudWatch Logs"] == pytest.approx((1e9 + metrics + platform) / 1e9 * 0.50)
    assert lines["X-Ray"] == pytest.approx(10.00)  # fewer than one a second: all are sampled


def test_beyond_one_a_second_xray_takes_one_of_twenty():
    always = 86_400 * prices.MONTH_DAYS
    lines = BILL.lines({"Work": Usage(invocations=always + 2e6)})
    assert lines["X-Ray"] == pytest.approx((always + 1e5) * 5 / 1e6)


def test_usage_adds_up_by_function():
    one, two = {"Answer": Usage(invocations=1, wcu=2)}, {"Answer": Usage(invocations=3), "Work": Usage(rcu=5)}
    both = added(one, scaled(two, 2))
    assert both == {"Answer": Usage(invocations=7, wcu=2), "Work": Usage(rcu=10)}
    assert total(both) == Usage(invocations=7, wcu=2, rcu=10)


def test_storage_counts_recovery_and_former_versions():
    assert storage(Stored(table=1e9, objects=2e9, superseded=1e9)) == pytest.approx(0.45 + 3 * 0.023)


@pytest.mark.parametrize(
    ("units", "dollars"),
    [(0, 29), (100_000, 29), (200_000, 37), (1_000_000, 101), (2_000_000, 171), (10_000_000, 731), (60_000_000, 3931)],
)
def test_langfuse_is_graduated(units, dollars):
    assert prices.langfuse(units) == pytest.approx(dollars)


def test_langsmith_counts_seats_and_traces():
    assert prices.langsmith(10_000) == 39
    assert prices.langsmith(12_000, seats=2) == pytest.approx(83)
