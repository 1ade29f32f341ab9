"""What the template must never lose: its budget, narrow permissions, logs, names, and a CORS preflight that works."""

import json
import re
import tomllib

import pytest

from local.template import load
from tests.rules.template import (
    FILES,
    ROOT,
    Template,
    functions,
    has_policy,
    leading_keys,
    logical_id,
    misnamed,
    over_budget,
    parse,
    partition_keys,
    routes_in_template,
    statements,
    together,
    too_wide,
    translate,
    unlogged,
    unsafe_readers,
    unstreamed,
)
from wakeline.domain.activity import COUNTED, of_batch
from wakeline.domain.delta import Delta

TEXT = (ROOT / "template.yaml").read_text()
WORKERS = (ROOT / "workers.yaml").read_text()
TEMPLATE = parse(TEXT)
TEMPLATES = {file: parse((ROOT / file).read_text()) for file in FILES}

MADE_UP = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: functions/}}
Resources:
  Api: {Type: AWS::Serverless::Api, Properties: {StageName: dev}}
  Logs: {Type: AWS::Logs::LogGroup, Properties: {RetentionInDays: 1}}
  Forever: {Type: AWS::Logs::LogGroup, Properties: {}}
  GetThing:
    Type: AWS::Serverless::Function
    Properties:
      Handler: api.things.get_thing.handler
      LoggingConfig: {LogGroup: !Ref Logs}
      Policies:
        - !Ref CallerPolicy
        - Statement: {Effect: Allow, Action: "dynamodb:GetItem", Resource: !Sub "${Table.Arn}"}
      Events: {Http: {Type: Api, Properties: {RestApiId: !Ref Api, Method: get, Path: "/things/{id}"}}}
"""


@pytest.fixture(scope="module")
def all_translated() -> dict[str, Template]:
    return {file: translate(template) for file, template in TEMPLATES.items()}


@pytest.fixture
def translated(all_translated) -> Template:
    return all_translated["template.yaml"]


each_file = pytest.mark.parametrize("file", FILES)


@each_file
def test_within_cloudformations_limits(file, all_translated):
    assert over_budget(all_translated[file]) == []


def test_nested_stacks_get_what_they_ask_for():
    nested = [each for each in TEMPLATE["Resources"].values() if each["Type"] == "AWS::Serverless::Application"]
    assert {"template.yaml", *(each["Properties"]["Location"] for each in nested)} == set(FILES)
    for each in nested:
        asked = TEMPLATES[each["Properties"]["Location"]]["Parameters"]
        assert each["Properties"]["Parameters"].keys() == asked.keys()
    assert load(ROOT / "template.yaml").environment()["WEBSOCKET_ENDPOINT"].endswith("/ws")


def test_functions_have_the_same_beginnings_in_both_files():
    assert TEMPLATES["workers.yaml"]["Globals"]["Function"] == TEMPLATE["Globals"]["Function"]


def test_over_the_limits_is_found():
    assert over_budget({"Resources": {str(n): {} for n in range(451)}}) == ["451 resources, more than 450"]
    assert over_budget({"Resources": {"a": "x" * 900_001}}) == ["900025 bytes, more than 900 KB"]


def test_translation_counts_what_sam_adds():
    kinds = [resource["Type"] for resource in translate(parse(MADE_UP))["Resources"].values()]
    assert {"AWS::Lambda::Function", "AWS::IAM::Role", "AWS::Lambda::Permission"} <= set(kinds)


@each_file
def test_no_wildcards_in_permissions(file, all_translated):
    assert too_wide(all_translated[file]) == []
    assert len(list(statements(all_translated[file]))) >= len(functions(TEMPLATES[file]))


@pytest.mark.parametrize(
    ("action", "resource", "allowed"),
    [
        ("dynamodb:GetItem", "arn:aws:dynamodb:::table/t", True),
        ("s3:GetObject", {"Fn::Sub": "${Bucket.Arn}/bodies/*"}, True),
        ("secretsmanager:GetSecretValue", {"Fn::Sub": "arn:secret:${Name}-??????"}, True),
        ("dynamodb:*", "arn:aws:dynamodb:::table/t", False),
        ("dynamodb:Get*", "arn:aws:dynamodb:::table/t", False),
        ("s3:GetObject", "*", False),
        ("s3:GetObject", {"Fn::Sub": "${Bucket.Arn}/*"}, False),
        ("dynamodb:GetItem", "arn:aws:dynamodb:::table/*", False),
        (["s3:GetObject", "s3:*"], [{"Fn::Sub": "${Bucket.Arn}/bodies/*"}], False),
    ],
)
def test_a_wildcard_is_found(action, resource, allowed):
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    template = {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"S": [statement]}]}}}}
    assert (too_wide(template) == []) is allowed


@each_file
def test_every_function_has_a_log_group(file):
    assert unlogged(TEMPLATES[file]) == []


def test_a_missing_log_group_is_found():
    assert unlogged(parse(MADE_UP)) == []
    assert unlogged(parse(MADE_UP.replace("!Ref Logs", "!Ref Forever"))) == ["GetThing"]
    assert unlogged(parse(MADE_UP.replace("LoggingConfig: {LogGroup: !Ref Logs}", "Timeout: 3"))) == ["GetThing"]


@each_file
def test_logical_ids_are_file_names(file):
    assert misnamed(TEMPLATES[file]) == []


def test_a_wrong_logical_id_is_found():
    assert logical_id("get_api_key") == "GetApiKey"
    assert misnamed(parse(MADE_UP.replace("  GetThing:", "  ShowThing:"))) == [
        "ShowThing: api.things.get_thing.handler"
    ]


def test_routes_and_policies_are_read():
    made_up = parse(MADE_UP)
    assert [str(route) for route in routes_in_template(made_up)] == ["GET /things/{id}"]
    assert has_policy(functions(made_up)["GetThing"], "CallerPolicy")
    assert not has_policy(functions(made_up)["GetThing"], "ReadPolicy")


def test_every_alarm_is_told_and_shown():
    told = load(ROOT / "template.yaml", {"AlarmsEmail": "ops@example.com"})
    (topic,) = told.resources("AWS::SNS::Topic")
    (board,) = told.resources("AWS::CloudWatch::Dashboard")
    widgets = json.loads(board.properties["DashboardBody"])["widgets"]
    alarms = told.resources("AWS::CloudWatch::Alarm")
    assert len(alarms) == 5
    assert [topic.name] * 5 == [name for alarm in alarms for name in alarm.properties["AlarmActions"]]
    assert {alarm.arn for alarm in alarms} == set(widgets[0]["properties"]["alarms"])
    quiet = load(ROOT / "template.yaml")
    assert not quiet.resources("AWS::SNS::Topic")
    assert not any("AlarmActions" in alarm.properties for alarm in quiet.resources("AWS::CloudWatch::Alarm"))


def test_what_is_counted_is_shown():
    (board,) = load(ROOT / "template.yaml").resources("AWS::CloudWatch::Dashboard")
    shown = set()
    for widget in json.loads(board.properties["DashboardBody"])["widgets"]:
        namespace = None
        for metric in widget["properties"].get("metrics", []):
            if isinstance(metric[0], str):
                namespace = metric[0] if metric[0] != "." else namespace
                shown |= {metric[1]} if namespace == "Wakeline" else set()
    workers = "".join(file.read_text() for file in (ROOT / "functions/workers").glob("*.py"))
    counted = {*re.findall(r"\bcount\((\w+)=", workers), *COUNTED.values(), *of_batch(Delta())}
    assert shown == counted


def test_policies_name_the_partition_keys_there_are():
    files = (ROOT / "layers/core/python/wakeline/adapters/dynamodb/keys").glob("*.py")
    assert leading_keys(together(*TEMPLATES.values())) == set().union(
        *(partition_keys(file.read_text()) for file in files)
    )


def test_partition_keys_are_read():
    source = 'def a_pk(x):\n    return f"A#{x}" if x else f"B#{x}"\n\ndef c_sk(x):\n    return f"C#{x}"\n'
    assert partition_keys(source) == {"A#", "B#"}


def test_preflight_is_text(translated):
    # docs/decisions/003: the mock that answers OPTIONS fails on a body that API Gateway takes for binary.
    types = translated["Resources"]["Api"]["Properties"]["BinaryMediaTypes"]
    assert not {"*/*", "application/json", "application/*"} & set(types)
    assert translated["Resources"]["Api"]["Properties"]["Body"]["paths"]["/api/v1/health"]["options"]


def test_what_is_to_stream_streams(translated):
    assert unstreamed(TEMPLATE, translated) == []
    assert "ResponseTransferMode: RESPONSE_STREAM" in TEXT


@pytest.mark.parametrize("word", ["STREAM", "BUFFERED"])
def test_a_word_that_buffers_is_found(word):
    # SAM takes STREAM without a complaint, and buffers.
    wrong = parse(TEXT.replace("ResponseTransferMode: RESPONSE_STREAM", f"ResponseTransferMode: {word}"))
    assert unstreamed(wrong, translate(wrong)) == [
        "ExportTrace",
        "ExportTraces",
        "ExportAudit",
        "ExportSessions",
        "OpenStream",
    ]


def test_readers_of_the_stream_lose_nothing():
    assert unsafe_readers(together(*TEMPLATES.values())) == []


def test_the_stream_has_two_readers():
    # A third makes AWS throttle all of them: docs/decisions/030 says how a worker joins one of the two.
    events = [
        event for each in functions(TEMPLATES["workers.yaml"]).values() for event in each.get("Events", {}).values()
    ]
    assert sum(event["Type"] == "DynamoDB" for event in events) == 2


@pytest.mark.parametrize(
    ("old", "lacks"),
    [
        ("StartingPosition: TRIM_HORIZON", "StartingPosition"),
        ("BisectBatchOnFunctionError: true", "BisectBatchOnFunctionError"),
        ("MaximumRetryAttempts: 20", "MaximumRetryAttempts"),
        ("FunctionResponseTypes: [ReportBatchItemFailures]", "FunctionResponseTypes"),
    ],
)
def test_an_unsafe_reader_is_found(old, lacks):
    wrong = parse(WORKERS.replace(old, f"BatchSize{lacks}: 1"))
    assert f"ReadLive: {lacks}" in unsafe_readers(wrong)


def test_store_outlives_the_stack():
    for name in ("Table", "Bucket", "Bus"):
        resource = TEMPLATE["Resources"][name]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_one_version_and_one_runtime():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]["WAKELINE_VERSION"] == version
    assert f'"{version}"' in (ROOT / "layers/core/python/wakeline/__init__.py").read_text()
    runtime = TEMPLATE["Parameters"]["Runtime"]["Default"]
    for layer in ("deps", "core"):
        assert f"WAKELINE_RUNTIME ?= {runtime}\n" in (ROOT / "layers" / layer / "Makefile").read_text()
