"""One agent in a process of its own: `python -m bench.sdk_child VARIANT URL STEPS` prints what its steps took."""

import json
import resource
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

Step = Callable[[int], AbstractContextManager[object]]
Begun = tuple[Step, Callable[[], object]]
"""What opens a step, and what ends the recording."""


def nothing(_: str) -> Begun:
    return lambda n: nullcontext(n), lambda: None


def wakeline(url: str, **more: Any) -> Begun:
    import wakeline_sdk

    wakeline_sdk.init(url=url, api_key="k", spool_dir=None, **more)
    run = wakeline_sdk.trace("run")
    run.__enter__()

    def step(n: int) -> AbstractContextManager[object]:
        span: AbstractContextManager[object] = wakeline_sdk.span(
            "step", kind="tool_call", input={"n": n, "query": "tables"}
        )
        return span

    def end() -> dict[str, int]:
        run.__exit__(None, None, None)
        wakeline_sdk.flush(60)
        return wakeline_sdk.stats()

    return step, end


def away(url: str) -> Begun:
    step, _ = wakeline(url, exit_timeout=0.0)
    import wakeline_sdk

    return step, wakeline_sdk.stats


def opentelemetry(url: str) -> Begun:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider()
    # As large a queue as ours, so that neither drops: what is compared is the time that a step takes.
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces"), max_queue_size=200_000))
    tracer = provider.get_tracer("bench")

    def step(n: int) -> AbstractContextManager[object]:
        attributes: dict[str, Any] = {"gen_ai.tool.name": "step", "n": n, "query": "tables"}
        return tracer.start_as_current_span("step", attributes=attributes)

    return step, provider.shutdown


VARIANTS: dict[str, Callable[[str], Begun]] = {
    "nothing": nothing,
    "wakeline": wakeline,
    "away": away,
    "opentelemetry": opentelemetry,
}


def main() -> int:
    """Run the steps, each of which works a little, and print seconds, CPU seconds, memory and what the end says."""
    variant, url, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    step, end = VARIANTS[variant](url)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, cpu = time.perf_counter(), time.thread_time()
    for n in range(count):
        with step(n):
            sum(range(50))
    took, own = time.perf_counter() - began, time.thread_time() - cpu
    said = end()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    result = {"seconds": took, "own_cpu": own, "all_cpu": time.process_time(), "grown_kib": grown, "said": said}
    print(json.dumps(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
