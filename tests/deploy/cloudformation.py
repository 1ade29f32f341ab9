"""CloudFormation as moto has it, made able to create the whole stack.

The templates go through SAM's own transform (tests/rules/template.py), into moto's S3 as `sam deploy` puts them there,
and from there into a stack with its nested ones. What moto lacks is in this file, by name: a type of resource that it
does not know and that is not named here fails the test.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import boto3
import moto.cloudformation.models as models
import moto.cloudformation.parsing as parsing
from moto import mock_aws
from moto.cloudformation.exceptions import UnformattedGetAttTemplateException
from moto.core.common_models import CloudFormationModel
from moto.events.models import EventBus
from moto.kms.models import kms_backends

from tests.rules.template import FILES, ROOT, Template, parse, translate

ACCOUNT, REGION = "123456789012", "eu-central-1"


@dataclass(frozen=True)
class Missing:
    """What stands in for a type: why, what its `Ref` is, and which attributes it has; {name} is the resource's name."""

    why: str
    ref: str = "{name}"
    attributes: Mapping[str, str] | None = None


_ARN = f"arn:aws:{{service}}:{REGION}:{ACCOUNT}"
_NOT_IN_CLOUDFORMATION = "moto has the service, and not its resource of CloudFormation"
_READS_NO_BODY = "moto makes the API without looking at its Body, and then misses the methods"

MISSING = {
    "AWS::ApiGateway::Deployment": Missing(_READS_NO_BODY),
    "AWS::ApiGateway::RestApi": Missing(_READS_NO_BODY, "abcdefghij"),
    "AWS::ApiGateway::Stage": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::ApiGatewayV2::Api": Missing(_NOT_IN_CLOUDFORMATION, "klmnopqrst"),
    "AWS::ApiGatewayV2::Deployment": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::ApiGatewayV2::Integration": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::ApiGatewayV2::Route": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::ApiGatewayV2::RouteResponse": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::ApiGatewayV2::Stage": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::CloudFront::Distribution": Missing(
        _NOT_IN_CLOUDFORMATION, "EDFDVBD6EXAMPLE", {"DomainName": "d111111abcdef8.cloudfront.net"}
    ),
    "AWS::CloudFront::Function": Missing(
        "moto has no functions of CloudFront",
        attributes={"FunctionARN": f"arn:aws:cloudfront::{ACCOUNT}:function/{{name}}"},
    ),
    "AWS::CloudFront::OriginAccessControl": Missing(_NOT_IN_CLOUDFORMATION, attributes={"Id": "E3QBA4PJEXAMPLE"}),
    "AWS::CloudFront::ResponseHeadersPolicy": Missing("moto has no policies of headers"),
    "AWS::CloudWatch::Alarm": Missing(
        "moto's takes neither expressions nor what is left out",
        attributes={"Arn": f"{_ARN.format(service='cloudwatch')}:alarm:{{name}}"},
    ),
    "AWS::Lambda::EventInvokeConfig": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::S3::BucketPolicy": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::Scheduler::Schedule": Missing(_NOT_IN_CLOUDFORMATION),
    "AWS::SecretsManager::Secret": Missing(
        _NOT_IN_CLOUDFORMATION, f"{_ARN.format(service='secretsmanager')}:secret:{{name}}-AbCdEf"
    ),
}


def _stand_in(kind: str, missing: Missing) -> type[CloudFormationModel]:
    class StandIn(CloudFormationModel):
        def __init__(self, name: str) -> None:
            self.name = name

        @property
        def physical_resource_id(self) -> str:
            return missing.ref.format(name=self.name)

        @staticmethod
        def cloudformation_name_type() -> str:
            return ""

        @staticmethod
        def cloudformation_type() -> str:
            return kind

        @classmethod
        def has_cfn_attr(cls, attr: str) -> bool:
            return attr in (missing.attributes or {})

        def get_cfn_attribute(self, attribute_name: str) -> str:
            if not self.has_cfn_attr(attribute_name):
                raise UnformattedGetAttTemplateException
            return (missing.attributes or {})[attribute_name].format(name=self.name)

        @classmethod
        def create_from_cloudformation_json(cls, resource_name: str, *_: Any, **__: Any) -> "StandIn":
            return cls(resource_name)

        @classmethod
        def delete_from_cloudformation_json(cls, *_: Any) -> None:
            """There is nothing to delete."""

    return StandIn


def _output(self: models.Stack, attribute: str) -> str:
    kind, _, name = attribute.partition(".")
    if kind != "Outputs" or self.output_map.get(name) is None:
        raise UnformattedGetAttTemplateException
    return str(self.output_map[name].value)  # type: ignore[union-attr]


class _Json:
    """Instead of YAML, which takes a minute to read half a megabyte of JSON."""

    Loader = None

    @staticmethod
    def add_multi_constructor(*_: Any) -> None:
        """JSON has none."""

    @staticmethod
    def load(text: str, Loader: Any) -> Any:
        return json.loads(text)


def transformed() -> dict[str, Template]:
    """Each template of the deployment as CloudFormation gets to see it, by its file's name."""
    return {file: translate(parse((ROOT / file).read_text())) for file in FILES}


@contextmanager
def cloudformation(templates: Mapping[str, Template]) -> Iterator["Cloud"]:
    """An empty account, in whose S3 the templates and the packages are."""
    known = {**parsing.get_model_map(), **{kind: _stand_in(kind, each) for kind, each in MISSING.items()}}
    with (
        mock_aws(),
        mock.patch.object(parsing, "get_model_map", return_value=known),
        mock.patch.object(models, "yaml", _Json),
        # moto's stack has no attributes, and its bus's `Ref` is an object.
        mock.patch.object(models.Stack, "get_cfn_attribute", _output, create=True),
        mock.patch.object(EventBus, "physical_resource_id", property(lambda bus: bus.name), create=True),
    ):
        session = boto3.Session(region_name=REGION)
        s3 = session.client("s3")
        s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
        for name, template in templates.items():
            s3.put_object(Bucket="bucket", Key=name, Body=json.dumps(template))
        for name in ("functions", "layer"):
            s3.put_object(Bucket="bucket", Key=name, Body=_package())
        yield Cloud(session)


def _package() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("api/empty.py", "")
    return file.getvalue()


class Cloud:
    """The account: makes stacks of template.yaml, and says what is in it."""

    def __init__(self, session: boto3.Session) -> None:
        self.client = session.client
        self._stacks = session.client("cloudformation")

    def create(self, name: str, parameters: Mapping[str, str]) -> None:
        """What `sam deploy` does, by the parameters of its `parameter_overrides`."""
        self._stacks.create_stack(
            StackName=name,
            TemplateURL="https://bucket.s3.amazonaws.com/template.yaml",
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )

    def delete(self, name: str) -> None:
        """What `sam delete` does."""
        self._stacks.delete_stack(StackName=name)

    def states(self) -> dict[str, str]:
        """Status of each stack by its name, without what is made up in the name of a nested one."""
        listed = self._stacks.list_stacks()["StackSummaries"]
        return {"-".join(each["StackName"].split("-")[:3]): each["StackStatus"] for each in listed}

    def outputs(self, name: str) -> dict[str, str]:
        """The stack's outputs."""
        (stack,) = self._stacks.describe_stacks(StackName=name)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}

    def resources(self, name: str) -> dict[str, str]:
        """Every resource of a stack by its logical id: its physical id."""
        pages = self._stacks.get_paginator("list_stack_resources").paginate(StackName=name)
        listed = [each for page in pages for each in page["StackResourceSummaries"]]
        return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in listed}

    def key_state(self, key: str) -> str:
        """A key's state in KMS. (moto's API fails on the policy of a key that its CloudFormation made.)"""
        return str(kms_backends[ACCOUNT][REGION].keys[key].key_state)
