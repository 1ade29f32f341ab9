"""`tests/payloads/`: one event of each trigger, for `wakeline invoke` and `sam local invoke`. Each one works."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import seeds
from local.stack import Stack, run

ROOT = Path(__file__).parents[2]
PAYLOADS = sorted((ROOT / "tests" / "payloads").glob("*.json"))


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with run(ROOT / "template.yaml", parameters=seeds.parameters("unlimited")) as running:
        seeds.write_credentials(running.engine, "unlimited")
        yield running


@pytest.mark.parametrize("file", PAYLOADS, ids=[file.stem for file in PAYLOADS])
def test_the_function_takes_its_payload(stack: Stack, file: Path) -> None:
    function = stack.engine.template.function(file.stem)
    answer: Any = stack.functions.invoke(function, json.loads(file.read_text(encoding="utf-8")))
    if any(event.kind == "Api" for event in function.events):
        assert answer["statusCode"] in (200, 201, 202), answer["body"]
    else:
        said = answer or {}
        assert (said.get("batchItemFailures", []), said.get("failed", 0)) == ([], 0)
