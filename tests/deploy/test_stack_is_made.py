"""The deployment creates without error on moto's CloudFormation, whatever is chosen, and leaves what it is to leave."""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.cloudformation import parsing

from tests.deploy.cloudformation import MISSING, REGION, cloudformation, transformed
from tests.rules.template import ROOT, Template, parse

TEMPLATE = parse((ROOT / "template.yaml").read_text())
CONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text())
DOMAIN = {
    "DomainName": "wakeline.example.com",
    "DomainCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/0d4e",
}
PEOPLE = {
    "JwtIssuer": "https://id.example.com/",
    "JwtJwksUrl": "https://id.example.com/jwks.json",
    "ConsoleClientId": "wakeline-console",
    "ConsoleSignInOrigins": "https://id.example.com",
}


def overrides(environment: str) -> dict[str, str]:
    """What samconfig.toml chooses."""
    return dict(each.split("=", 1) for each in CONFIG[environment]["deploy"]["parameters"]["parameter_overrides"])


CHOICES: dict[str, Mapping[str, str]] = {
    "dev": overrides("default"),
    "prod": overrides("prod"),
    "domain": DOMAIN,
    "sign-in": PEOPLE,
    "sign-in, the console is the audience": {**PEOPLE, "JwtAudience": PEOPLE["ConsoleClientId"]},
    "sign-in, a shared secret": {"JwtIssuer": "https://x.supabase.co/auth/v1", "JwtSecretName": "supabase"},
    "billing": {"BillingSecretName": "dodo", "DefaultPlan": "standard"},
    "all": {
        **overrides("prod"),
        **DOMAIN,
        **PEOPLE,
        "AlarmsEmail": "ops@example.com",
        "BedrockModels": "anthropic.claude-sonnet-4-*",
        "BillingSecretName": "dodo",
        "EmbeddingModel": "local",
        "EmbeddingDimensions": "512",
        "EvidenceLockDays": "1",
        "EvidenceLockMode": "GOVERNANCE",
        "FixModel": "anthropic.claude-sonnet-4-5",
        "GithubSecretName": "github",
        "GithubSecrets": "ours",
        "JwtSecretName": "supabase",
        "RetentionDays": "7",
        "Runtime": "python3.12",
        "StreamIdleMs": "500",
    },
}


@pytest.fixture(scope="module")
def templates() -> dict[str, Template]:
    return transformed()


each_choice = pytest.mark.parametrize("choice", CHOICES)


@each_choice
def test_stack_is_created_and_removed(choice, templates):
    chosen = CHOICES[choice]
    with cloudformation(templates) as cloud:
        cloud.create("wakeline-try", chosen)
        whole = ("wakeline-try", "wakeline-try-Workers", "wakeline-try-Alarms")
        assert cloud.states() == dict.fromkeys(whole, "CREATE_COMPLETE")
        _check_outputs(cloud.outputs("wakeline-try"), chosen)
        _check_functions(cloud, templates)
        kept = cloud.resources("wakeline-try")

        cloud.delete("wakeline-try")

        assert cloud.states() == dict.fromkeys(whole, "DELETE_COMPLETE")
        assert cloud.client("dynamodb").list_tables()["TableNames"] == [kept["Table"]]
        buckets = {each["Name"] for each in cloud.client("s3").list_buckets()["Buckets"]}
        assert buckets == {"bucket", kept["Bucket"], kept["EvidenceBucket"]}
        assert cloud.key_state(kept["SigningKey"]) == "Enabled"
        buses = [each["Name"] for each in cloud.client("events").list_event_buses()["EventBuses"]]
        assert buses == ["default", "wakeline-try-bus"]
        assert cloud.client("lambda").list_functions()["Functions"] == []
        assert cloud.client("sqs").list_queues().get("QueueUrls", []) == []
        assert cloud.client("iam").list_roles()["Roles"] == []


def _check_outputs(outputs: dict[str, str], chosen: Mapping[str, str]) -> None:
    named = {name for name, said in TEMPLATE["Outputs"].items() if "Condition" not in said or "DomainName" in chosen}
    assert outputs.keys() == named
    for value in outputs.values():
        assert value
        assert not re.search(r"\$\{|None|<", value), value
    stage = chosen.get("Stage", "dev")
    assert outputs["ApiUrl"] == f"https://abcdefghij.execute-api.{REGION}.amazonaws.com/{stage}"
    assert outputs["WebSocketUrl"] == f"wss://klmnopqrst.execute-api.{REGION}.amazonaws.com/ws"
    assert outputs["ConsoleUrl"] == f"https://{chosen.get('DomainName', 'd111111abcdef8.cloudfront.net')}"
    console: dict[str, Any] = json.loads(outputs["ConsoleConfig"])
    if "ConsoleClientId" in chosen:
        own = chosen.get("JwtAudience") == chosen["ConsoleClientId"]
        said = {"authority": chosen["JwtIssuer"], "client_id": chosen["ConsoleClientId"]}
        assert console == {"oidc": said if own else {**said, "audience": "wakeline"}}
    else:
        assert console == {}


def _check_functions(cloud: Any, templates: dict[str, Template]) -> None:
    resources = [each for template in templates.values() for each in template["Resources"].values()]
    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    functions = [each for page in pages for each in page["Functions"]]
    assert len(functions) == sum(each["Type"] == "AWS::Lambda::Function" for each in resources)
    for function in functions:
        for name, value in function["Environment"]["Variables"].items():
            assert not re.search(r"\$\{|None|<", str(value)), (function["FunctionName"], name, value)
    mapped = cloud.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert len(mapped) == sum(each["Type"] == "AWS::Lambda::EventSourceMapping" for each in resources)
    rules = {
        bus: cloud.client("events").list_rules(EventBusName=bus)["Rules"] for bus in ("default", "wakeline-try-bus")
    }
    assert sum(map(len, rules.values())) == sum(each["Type"] == "AWS::Events::Rule" for each in resources)


@each_choice
def test_every_choice_is_one_that_cloudformation_takes(choice):
    assert refusals(TEMPLATE, CHOICES[choice]) == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"Domain": "x"}, "Domain"),
        ({"Stage": "my stage"}, "Stage"),
        ({"DefaultPlan": "unlimited"}, "DefaultPlan"),
        ({"RetentionDays": "36"}, "RetentionDays"),
        ({"EvidenceLockDays": "0"}, "EvidenceLockDays"),
        ({"ConsoleSignInOrigins": "https://id.example.com; script-src *"}, "ConsoleSignInOrigins"),
        ({"DomainName": "wakeline.example.com"}, "DomainHasItsCertificate"),
    ],
)
def test_a_wrong_choice_is_refused(wrong, named):
    assert refusals(TEMPLATE, wrong) == [named]


def test_every_choice_is_tried():
    assert set().union(*CHOICES.values()) >= TEMPLATE["Parameters"].keys() - {"WebAdapterAccount", "WebAdapterLayer"}


def refusals(template: Template, chosen: Mapping[str, str]) -> list[str]:
    """Names of parameters and rules by which CloudFormation refuses a choice. moto looks at none of them."""
    said = template["Parameters"]
    values = {name: str(chosen.get(name, each.get("Default"))) for name, each in said.items()}
    wrong = [
        name
        for name, each in said.items()
        if (values[name] not in map(str, each.get("AllowedValues", [values[name]])))
        or not re.fullmatch(each.get("AllowedPattern", ".*"), values[name])
        or (each["Type"] == "Number" and not _between(each, float(values[name])))
    ]
    broken = [
        name
        for name, rule in template["Rules"].items()
        if parsing.parse_condition(rule["RuleCondition"], values, {})  # type: ignore[arg-type]
        and not all(parsing.parse_condition(each["Assert"], values, {}) for each in rule["Assertions"])  # type: ignore[arg-type]
    ]
    return [*(chosen.keys() - said.keys()), *wrong, *broken]


def _between(parameter: dict[str, Any], value: float) -> bool:
    return float(parameter.get("MinValue", value)) <= value <= float(parameter.get("MaxValue", value))


def test_what_moto_lacks_is_named_and_needed(templates):
    types = {each["Type"] for template in templates.values() for each in template["Resources"].values()}
    assert types >= MISSING.keys()
    assert types <= MISSING.keys() | parsing.get_model_map().keys()


def test_a_type_that_is_not_named_is_found():
    made_up = {"template.yaml": {"Resources": {"Lake": {"Type": "AWS::LakeFormation::Resource"}}}}
    with cloudformation(made_up) as cloud, pytest.raises(UserWarning, match="AWS::LakeFormation::Resource"):
        cloud.create("wakeline-try", {})


@pytest.mark.parametrize(
    "reference",
    [{"Fn::GetAtt": ["Queue", "Url"]}, {"Fn::GetAtt": ["Secret", "Arn"]}, {"Fn::GetAtt": ["Nowhere", "Arn"]}],
)
def test_a_reference_to_nothing_is_found(reference):
    resources = {
        "Queue": {"Type": "AWS::SQS::Queue"},
        "Secret": {"Type": "AWS::SecretsManager::Secret"},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": reference}},
    }
    with cloudformation({"template.yaml": {"Resources": resources}}) as cloud, pytest.raises(ClientError):
        cloud.create("wakeline-try", {})
