"""What CloudFormation says of a deployed stack, for the commands that work on one."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """Why a command is not carried out, for people."""


def describe(cloudformation: Any, stack: str, *needed: str) -> tuple[dict[str, str], dict[str, str]]:
    """The stack's outputs and parameters. Raises `Refused` when one of those needed is missing."""
    described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])}
    missing = set(needed) - outputs.keys() - parameters.keys()
    if missing:
        raise Refused(f"the stack {stack} has no {', '.join(sorted(missing))}: is it deployed, and a Wakeline?")
    return outputs, parameters
