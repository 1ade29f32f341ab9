"""The template reader resolves what CloudFormation would."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.intrinsics import TemplateError
from local.template import load, routes

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


NESTING = """
Parameters: {Stage: {Type: String, Default: dev}}
Resources:
  Bus: {Type: AWS::Events::EventBus}
  Key: {Type: AWS::KMS::Key}
  Inner:
    Type: AWS::Serverless::Application
    Properties: {Location: inner.yaml, Parameters: {Bus: !Ref Bus, Key: !Ref Key}}
Outputs: {Letters: {Value: !GetAtt Inner.Outputs.Letters}}
"""
INNER = """
Parameters: {Bus: {Type: String}, Key: {Type: String}, Seconds: {Type: Number, Default: 7}}
Resources:
  Letters: {Type: AWS::SQS::Queue}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Timeout: !Ref Seconds
      Environment: {Variables: {BUS_NAME: !Ref Bus, KEY: !Ref Key}}
Outputs: {Letters: {Value: !GetAtt Letters.Arn}}
"""


def test_a_nested_stacks_resources_count_among_the_templates(tmp_path: Path) -> None:
    (tmp_path / "outer.yaml").write_text(NESTING)
    (tmp_path / "inner.yaml").write_text(INNER)
    template = load(tmp_path / "outer.yaml")
    assert [queue.name for queue in template.resources("AWS::SQS::Queue")] == ["wakeline-Letters"]
    assert template.function("Work").timeout == 7
    assert template.outputs() == {"Letters": "arn:aws:sqs:us-east-1:123456789012:wakeline-Letters"}
    # What is passed to it is known late, as a key's id is.
    template.created["Key"] = "1234"
    assert template.environment() == {"BUS_NAME": "wakeline-Bus", "KEY": "1234"}
    assert load(REAL).outputs()["WebSocketUrl"].endswith(".amazonaws.com/ws")


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
