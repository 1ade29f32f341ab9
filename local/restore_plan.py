"""`wakeline restore-plan`: what CloudFormation needs to take a restored table, and what a removed stack keeps, into a
stack again. It reads the stack, so ask for it before the stack is removed; it changes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.deployed import Refused, describe
from local.template_yaml import read_document

TEMPLATE = Path(__file__).resolve().parent.parent / "template.yaml"
IDENTIFIERS = {
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::KMS::Key": "KeyId",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SecretsManager::Secret": "Id",
}
"""By what CloudFormation knows an existing resource (the primary identifier of its schema)."""
NOT_RESTORED = ("PointInTimeRecoverySpecification", "StreamSpecification", "TimeToLiveSpecification")
"""What a restored table does not have. The import leaves it out; otherwise the deployment after it would see nothing to
change, and not switch it on.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("--stack", required=True, metavar="NAME", help="the stack as it is, before it is removed")
    parser.add_argument("--table", required=True, metavar="NAME", help="the table that was restored")
    parser.add_argument("--into", required=True, metavar="DIR", help="the folder for the files it writes")
    parser.add_argument("--region", help="the stack's region (as the environment or the profile has it)")


def main(args: argparse.Namespace) -> int:
    """Write template.json and resources.json, and say which commands want them."""
    if args.region:
        os.environ["AWS_DEFAULT_REGION"] = args.region
    from wakeline.adapters import aws

    try:
        client = aws.client("cloudformation")
        _, parameters = describe(client, args.stack, "TableName", "RetentionDays")
        found = dict(_physical(client, args.stack))
        template = kept(read_document(TEMPLATE), parameters)
        resources = to_import(template, found | {"Table": args.table})
    except (Refused, BotoCoreError, ClientError) as error:
        print(f"wakeline restore-plan: {error}", file=sys.stderr)
        return 1
    folder = Path(args.into)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (("template", template), ("resources", resources)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"""When the stack is removed:

aws cloudformation create-change-set --stack-name {args.stack} --change-set-name import --change-set-type IMPORT \\
  --template-body file://{folder}/template.json --resources-to-import file://{folder}/resources.json
aws cloudformation wait change-set-create-complete --stack-name {args.stack} --change-set-name import
aws cloudformation execute-change-set --stack-name {args.stack} --change-set-name import
aws cloudformation wait stack-import-complete --stack-name {args.stack}""")
    return 0


def kept(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Of a template, what outlives its stack, with the parameters that takes as they were."""
    resources = {name: each for name, each in template["Resources"].items() if each.get("DeletionPolicy") == "Retain"}
    table = resources["Table"]["Properties"]
    resources["Table"] |= {"Properties": {name: table[name] for name in table if name not in NOT_RESTORED}}
    used = {name for name in _references(resources) if name in template["Parameters"]}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "What a Wakeline keeps when its stack is removed, to be imported.",
        "Parameters": {
            name: {"Type": template["Parameters"][name]["Type"], "Default": parameters[name]} for name in sorted(used)
        },
        "Resources": resources,
    }


def to_import(template: Mapping[str, Any], physical: Mapping[str, str]) -> list[dict[str, Any]]:
    """What `--resources-to-import` takes. Raises `Refused` when the stack lacks one of them."""
    missing = template["Resources"].keys() - physical.keys()
    if missing:
        raise Refused(f"the stack has no {', '.join(sorted(missing))}: is it of this version?")
    return [
        {
            "ResourceType": resource["Type"],
            "LogicalResourceId": name,
            "ResourceIdentifier": {IDENTIFIERS[resource["Type"]]: physical[name]},
        }
        for name, resource in template["Resources"].items()
    ]


def _physical(client: Any, stack: str) -> Iterator[tuple[str, str]]:
    for page in client.get_paginator("list_stack_resources").paginate(StackName=stack):
        for each in page["StackResourceSummaries"]:
            yield each["LogicalResourceId"], each.get("PhysicalResourceId", "")


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "Ref":
                yield value
            elif name == "Fn::Sub":
                yield from re.findall(r"\$\{([A-Za-z]+)", value)
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)
