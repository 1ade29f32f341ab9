"""The template reader resolves what CloudFormation would."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.template import TemplateError, load, routes

SMALL = Path(__file__).parent / "small.yaml"
REAL = Path(__file__).parents[2] / "template.yaml"


def test_variables_are_resolved_and_united() -> None:
    environment = load(SMALL).environment()
    assert environment["GREETING"] == "hello-dev-${Literal}"
    assert environment["TABLE_NAME"] == "wakeline-Table"
    assert environment["BUCKET_NAME"] == "wakeline-bucket"
    assert environment["ONLY_ECHO"] == "1"
    assert environment["QUEUE"] == "arn:aws:sqs:us-east-1:123456789012:wakeline-Letters"


def test_a_condition_takes_resources_away() -> None:
    template = load(SMALL, {"Letters": "no"})
    assert [queue.logical_id for queue in template.resources("AWS::SQS::Queue")] == ["Work"]
    assert template.environment()["QUEUE"] == "none"


def test_functions_inherit_globals() -> None:
    template = load(SMALL)
    assert (template.function("Count").timeout, template.function("Echo").timeout) == (9, 5)
    assert template.function("Echo").code == SMALL.parent / "code"
    assert template.function("OnEvent").dead_letters == "arn:aws:sqs:us-east-1:123456789012:wakeline-Letters"


def test_names_and_arns_find_their_resource() -> None:
    template = load(SMALL)
    stream = template.function("OnChange").events[0].properties["Stream"]
    assert template.named(stream) == "Table"
    assert template.named("wakeline-bus") == "Bus"
    assert template.named("nothing") is None


def test_functions_that_disagree_are_refused(tmp_path: Path) -> None:
    text = SMALL.read_text().replace(
        "Handler: small_api.boom", "Handler: small_api.boom\n      Environment: {Variables: {ONLY_ECHO: x}}"
    )
    (tmp_path / "template.yaml").write_text(text)
    with pytest.raises(TemplateError, match="ONLY_ECHO differs between Echo and Boom"):
        load(tmp_path / "template.yaml").environment()


def test_a_parameter_without_a_value_is_refused(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("Parameters: {Needed: {Type: String}}\nResources: {}\n")
    with pytest.raises(TemplateError, match="Needed"):
        load(tmp_path / "template.yaml")
    assert load(tmp_path / "template.yaml", {"Needed": "x"}).parameters == {"Needed": "x"}


def test_the_real_template_is_understood() -> None:
    template = load(REAL)
    found = {(method, path) for method, path, _ in routes(template)}
    assert ("GET", "/api/v1/traces/{trace_id}/verify") in found
    assert {"TABLE_NAME", "BUCKET_NAME", "BUS_NAME", "DEFAULT_PLAN"} <= set(template.environment())
    assert template.function("VerifyTrace").handler == "api.traces.verify_trace.handler"
