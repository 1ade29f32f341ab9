"""Reads template.yaml: just enough of CloudFormation and SAM to know what would be deployed, with every value resolved.

Parameter defaults, conditions and intrinsic functions (local/intrinsics.py) are resolved. Names and ARNs a real stack
would generate are made from the stack name and the logical id. A nested stack's functions and resources
(AWS::Serverless::Application) count among the template's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from local.intrinsics import NO_VALUE, Intrinsics, TemplateError
from local.template_yaml import read_document

ACCOUNT = "123456789012"
REGION = "us-east-1"
STACK = "wakeline"

# The property that names a resource, by type.
_NAME_PROPERTIES = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::Events::EventBus": "Name",
    "AWS::SQS::Queue": "QueueName",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::SSM::Parameter": "Name",
    "AWS::Serverless::Function": "FunctionName",
    "AWS::Scheduler::ScheduleGroup": "Name",
}
_ARN_PATTERNS = {
    "AWS::DynamoDB::Table": "dynamodb:{region}:{account}:table/{name}",
    "AWS::S3::Bucket": "s3:::{name}",
    "AWS::Events::EventBus": "events:{region}:{account}:event-bus/{name}",
    "AWS::SQS::Queue": "sqs:{region}:{account}:{name}",
    "AWS::SecretsManager::Secret": "secretsmanager:{region}:{account}:secret:{name}",
    "AWS::SSM::Parameter": "ssm:{region}:{account}:parameter/{name}",
    "AWS::Serverless::Function": "lambda:{region}:{account}:function:{name}",
    "AWS::KMS::Key": "kms:{region}:{account}:key/{name}",
}


@dataclass(frozen=True)
class Event:
    """One entry of a function's `Events`: its type as in SAM (Api, Schedule, ScheduleV2, EventBridgeRule, DynamoDB,
    SQS).
    """

    name: str
    kind: str
    properties: dict[str, Any]


@dataclass(frozen=True)
class Function:
    """One Lambda of the template. `code` is the folder of CodeUri; `timeout` in seconds."""

    logical_id: str
    name: str
    arn: str
    handler: str
    code: Path
    timeout: int
    memory: int
    environment: dict[str, str]
    events: tuple[Event, ...]
    dead_letters: str | None


@dataclass(frozen=True)
class Resource:
    """One resource with its properties resolved. `name` is its physical name."""

    logical_id: str
    kind: str
    name: str
    arn: str
    properties: dict[str, Any]


@dataclass
class Template(Intrinsics):
    """A parsed template: see `load`."""

    path: Path
    document: dict[str, Any]
    parameters: dict[str, Any]
    stack: str = STACK
    region: str = REGION
    account: str = ACCOUNT
    # Physical ids that only exist once a resource was created (KMS keys), by logical id.
    created: dict[str, str] = field(default_factory=dict)

    def functions(self) -> list[Function]:
        """Every function, in the template's order; those of nested stacks last."""
        own = [self._function(logical_id) for logical_id in self._of_kind("AWS::Serverless::Function")]
        return own + [function for stack in self._nested() for function in stack.functions()]

    def function(self, logical_id: str) -> Function:
        """One function. Raises TemplateError when there is none of that name."""
        for function in self.functions():
            if function.logical_id == logical_id:
                return function
        raise TemplateError(f"no function {logical_id} in {self.path.name}")

    def resources(self, kind: str) -> list[Resource]:
        """Every resource of a CloudFormation type, e.g. AWS::DynamoDB::Table; those of nested stacks last."""
        own = [self._resource(logical_id) for logical_id in self._of_kind(kind)]
        return own + [resource for stack in self._nested() for resource in stack.resources(kind)]

    def outputs(self) -> dict[str, Any]:
        """The values of the template's outputs, by name."""
        return {name: self.resolve(body["Value"]) for name, body in self.document.get("Outputs", {}).items()}

    def environment(self) -> dict[str, str]:
        """The union of all functions' variables: one process has one environment. Raises TemplateError when two
        disagree.
        """
        union: dict[str, str] = {}
        owner: dict[str, str] = {}
        for function in self.functions():
            for name, value in function.environment.items():
                if union.setdefault(name, value) != value:
                    raise TemplateError(f"{name} differs between {owner[name]} and {function.logical_id}")
                owner.setdefault(name, function.logical_id)
        return union

    def _nested(self) -> list[Template]:
        """The nested stacks, with the parameters that are passed to them: as resolved now, for `created` grows."""
        return [self._stack(logical_id) for logical_id in self._of_kind("AWS::Serverless::Application")]

    def _stack(self, logical_id: str) -> Template:
        given = self.resolve(self.document["Resources"][logical_id]["Properties"])
        path = self.path.parent / given["Location"]
        document = _read(path)
        values = _parameters(document, given.get("Parameters", {}))
        return Template(path, document, values, self.stack, self.region, self.account, self.created)

    def _of_kind(self, kind: str) -> list[str]:
        return [
            logical_id
            for logical_id, resource in self.document.get("Resources", {}).items()
            if resource.get("Type") == kind
            and ("Condition" not in resource or self.holds({"Condition": resource["Condition"]}))
        ]

    def _resource(self, logical_id: str) -> Resource:
        body = self.document["Resources"][logical_id]
        name, arn = self._identity(logical_id)
        return Resource(logical_id, body["Type"], name, arn, self.resolve(body.get("Properties", {})))

    def _identity(self, logical_id: str) -> tuple[str, str]:
        body = self.document["Resources"][logical_id]
        kind = body["Type"]
        given = self.resolve(body.get("Properties", {}).get(_NAME_PROPERTIES.get(kind, "Name")))
        name = self.created.get(logical_id) or (given if isinstance(given, str) else f"{self.stack}-{logical_id}")
        if kind == "AWS::S3::Bucket":
            name = name.lower()
        pattern = _ARN_PATTERNS.get(kind, kind.split("::")[1].lower() + ":{region}:{account}:{name}")
        return name, f"arn:aws:{pattern.format(region=self.region, account=self.account, name=name.lstrip('/'))}"

    def _function(self, logical_id: str) -> Function:
        resource = self._resource(logical_id)
        shared = self.resolve(self.document.get("Globals", {}).get("Function", {}))
        properties = {**shared, **resource.properties}
        variables = {
            **shared.get("Environment", {}).get("Variables", {}),
            **resource.properties.get("Environment", {}).get("Variables", {}),
        }
        failing = properties.get("EventInvokeConfig", {}).get("DestinationConfig", {}).get("OnFailure", {})
        return Function(
            logical_id=logical_id,
            name=resource.name,
            arn=resource.arn,
            handler=properties["Handler"],
            code=(self.path.parent / properties.get("CodeUri", ".")).resolve(),
            timeout=int(properties.get("Timeout", 3)),
            memory=int(properties.get("MemorySize", 128)),
            environment={name: str(value) for name, value in variables.items()},
            events=tuple(
                Event(name, event["Type"], event.get("Properties", {}))
                for name, event in resource.properties.get("Events", {}).items()
            ),
            dead_letters=failing.get("Destination"),
        )

    def ref(self, name: str) -> Any:
        """A parameter's value, or a resource's physical id."""
        if name in self.parameters:
            return self.parameters[name]
        pseudo: dict[str, Any] = {
            "AWS::Region": self.region,
            "AWS::AccountId": self.account,
            "AWS::Partition": "aws",
            "AWS::StackName": self.stack,
            "AWS::StackId": f"arn:aws:cloudformation:{self.region}:{self.account}:stack/{self.stack}/local",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::NoValue": NO_VALUE,
        }
        if name in pseudo:
            return pseudo[name]
        if name not in self.document.get("Resources", {}):
            raise TemplateError(f"Ref to {name}, which is neither a parameter nor a resource")
        physical, arn = self._identity(name)
        kind = self.document["Resources"][name]["Type"]
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{self.region}.amazonaws.com/{self.account}/{physical}"
        return arn if kind == "AWS::SecretsManager::Secret" else physical

    def get_att(self, argument: str | list[str]) -> Any:
        """An attribute of a resource, made up where only a real stack would have it."""
        logical_id, _, attribute = (
            argument.partition(".") if isinstance(argument, str) else (argument[0], ".", argument[1])
        )
        if logical_id not in self.document.get("Resources", {}):
            raise TemplateError(f"GetAtt of {logical_id}, which is not a resource")
        output = attribute.removeprefix("Outputs.")
        if output != attribute:
            return self._stack(logical_id).outputs()[output]
        name, arn = self._identity(logical_id)
        match attribute:
            case "Arn":
                return arn
            case "StreamArn":
                return f"{arn}/stream/local"
            case "Name" | "QueueName" | "KeyId":
                return name
            case "DomainName" | "RegionalDomainName":
                return f"{name}.s3.{self.region}.amazonaws.com"
        return f"{name}.{attribute}"


def load(path: Path, parameters: Mapping[str, str] | None = None) -> Template:
    """Read a template file; `parameters` override its defaults. Raises TemplateError for a parameter without any
    value.
    """
    path = path.resolve()
    document = _read(path)
    return Template(path, document, _parameters(document, parameters or {}))


def _parameters(document: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, body in document.get("Parameters", {}).items():
        if name not in given and "Default" not in body:
            raise TemplateError(f"parameter {name} has no default")
        values[name] = given.get(name, body.get("Default"))
    return values


def _read(path: Path) -> dict[str, Any]:
    """A template file's document, parsed once as long as the file does not change."""
    return _read_as_of(path, path.stat().st_mtime_ns)


@cache
def _read_as_of(path: Path, _changed: int) -> dict[str, Any]:
    return read_document(path)


def routes(template: Template) -> Iterator[tuple[str, str, Function]]:
    """(method in upper case, path with {parameters}, function) of every Api event."""
    for function in template.functions():
        for event in function.events:
            if event.kind == "Api":
                yield event.properties["Method"].upper(), event.properties["Path"], function
