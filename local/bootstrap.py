"""`wakeline bootstrap --stack NAME --workspace ID`: make the first admin key of a workspace in a deployed stack.

A workspace is made by the first key that names it; who has an admin key makes all others through the API. Needs AWS
credentials that may describe the stack, and read and write its table. The key is printed once and stored nowhere.
"""

from __future__ import annotations

import argparse
import os
import sys

import botocore.exceptions

from local.deployed import Refused, describe

PLANS = ("free", "standard", "pro", "unlimited")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's own arguments."""
    parser.add_argument("--stack", required=True, metavar="NAME", help="the stack that `sam deploy` made")
    parser.add_argument("--workspace", required=True, metavar="ID", help="the workspace's id, ws_main for one")
    parser.add_argument("--name", default="first admin key", help="the key's name")
    parser.add_argument("--plan", choices=PLANS, help="its rate limits, as of all keys made with it (the stack's plan)")
    parser.add_argument("--region", help="the stack's region (as the environment or the profile has it)")
    parser.add_argument("--force", action="store_true", help="make another, though the workspace has keys")


def main(args: argparse.Namespace) -> int:
    """Print the key and how to use it."""
    if args.region:
        os.environ["AWS_DEFAULT_REGION"] = args.region
    from wakeline.adapters import aws

    try:
        outputs, parameters = describe(
            aws.client("cloudformation"), args.stack, "TableName", "BucketName", "ApiUrl", "DefaultPlan"
        )
        os.environ |= {"TABLE_NAME": outputs["TableName"], "BUCKET_NAME": outputs["BucketName"]}
        plan = args.plan or parameters["DefaultPlan"]
        key = first_key(args.workspace, args.name, plan, force=args.force)
    except (Refused, botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        print(f"wakeline bootstrap: {error}", file=sys.stderr)
        return 1
    url = outputs["ApiUrl"]
    print(f"An admin key of {args.workspace}, shown this once:\n\n    {key}\n")
    print(f'Try it:  curl -H "Authorization: Bearer $KEY" {url}/api/v1/api-keys')
    return 0


def first_key(workspace_id: str, name: str, plan: str, *, force: bool) -> str:
    """Make the key, noted in the workspace's audit log; its secret. Raises `Refused`."""
    from wakeline import wiring
    from wakeline.domain.caller import Caller
    from wakeline.domain.errors import WakelineError
    from wakeline.domain.ids import is_id
    from wakeline.services import api_keys
    from wakeline.wiring import govern

    if not is_id(workspace_id):
        raise Refused("--workspace: letters, digits and . _ : - only, 128 at most")
    if not force and wiring.keys().keys(workspace_id):
        raise Refused(
            f"{workspace_id} has keys: an admin key makes more, with POST /api/v1/api-keys; if none is left, --force"
        )
    operator = Caller(workspace_id, None, "wakeline:bootstrap", "user", frozenset({"admin"}), plan)
    secret = wiring.new_secret(api_keys.PREFIX)
    try:
        api_keys.create(
            wiring.keys(), wiring.env(), govern.audit_log(), secret, operator, api_keys.Wanted(name, ("admin",))
        )
    except WakelineError as error:
        raise Refused(error.message) from error
    return secret
