"""The policy engine: processor time of one decision under large policies, and of reading them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bench.machine import table
from wakeline.domain.policy import Action, Policy, read

SIZES = (10, 100, 1_000, 2_000)
DECISIONS = 300
NOW = datetime(2026, 3, 21, 12, tzinfo=UTC)

KINDS: dict[str, Callable[[int], str]] = {
    "none matches": lambda n: f"agents = ['team-{n}-*']\noperations = ['op-{n}-*']\nscopes = ['area-{n}/*']",
    "all match": lambda n: f"agents = ['deploy-*', 'x{n}']\noperations = ['dep*']\nscopes = ['production/*/web']",
    "all match, of one priority each": lambda n: f"operations = ['dep*']\nscopes = ['prod*']\npriority = {n}",
}
"""How the rules of a made-up policy go with the action that is asked."""


def main() -> None:
    """Print a row per kind and size of policy."""
    rows: list[tuple[Any, ...]] = []
    for kind, body in KINDS.items():
        for size in SIZES:
            text = "version = 1\n" + "".join(
                f"[[rule]]\nname = 'r{n}'\neffect = '{('allow', 'deny')[n % 2]}'\n{body(n)}\n" for n in range(size)
            )
            began = time.process_time()
            policy = Policy(read(text))
            reading = time.process_time() - began
            taken = sorted(_decide(policy, number) for number in range(DECISIONS))
            rows.append(
                (kind, size, len(text) / 1024, reading * 1000, taken[DECISIONS // 2], taken[DECISIONS * 99 // 100])
            )
    table(
        "Policy: one decision",
        ("rules", "count", "KB of TOML", "read ms", "decide p50 ms", "decide p99 ms"),
        rows,
        f"Processor time, {DECISIONS} decisions with a different scope each. The aim is under 5 ms with 1 000 rules.",
    )


def _decide(policy: Policy, number: int) -> float:
    action = Action("agt_1", "deploy-agent", "deploy", "aws", f"production/{number}/web", "internal")
    began = time.process_time()
    policy.decide(action, NOW)
    return (time.process_time() - began) * 1000
