"""`wakeline restore-plan`: what a removed stack keeps can be imported around a restored table, and deployed again."""

import json
import re

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from local.cli import main
from local.restore_plan import IDENTIFIERS, NOT_RESTORED
from tests.deploy.cloudformation import REGION, cloudformation, transformed
from tests.rules.template import ROOT, parse
from wakeline.adapters import aws

TEMPLATE = parse((ROOT / "template.yaml").read_text())
KEPT = {name for name, each in TEMPLATE["Resources"].items() if each.get("DeletionPolicy") == "Retain"}


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The files made of a stack on moto, what it printed, and the stack's resources."""
    folder = tmp_path_factory.mktemp("plan")
    with cloudformation(transformed()) as cloud, pytest.MonkeyPatch.context() as patched:
        cloud.create("wakeline-dev", {"RetentionDays": "7", "EvidenceLockMode": "GOVERNANCE"})
        patched.setitem(aws.client._made, "cloudformation", cloud.client("cloudformation"))
        asked = ["--stack", "wakeline-dev", "--table", "restored", "--into", str(folder)]
        assert main(["restore-plan", *asked]) == 0
        resources = cloud.resources("wakeline-dev")
    return (*(json.loads((folder / f"{name}.json").read_text()) for name in ("template", "resources")), resources)


def test_it_is_what_outlives_the_stack(planned):
    template, wanted, physical = planned
    assert template["Resources"].keys() == {each["LogicalResourceId"] for each in wanted} == KEPT
    for each in wanted:
        name, kind = each["LogicalResourceId"], each["ResourceType"]
        said = "restored" if name == "Table" else physical[name]
        assert each["ResourceIdentifier"] == {IDENTIFIERS[kind]: said}
        assert kind == template["Resources"][name]["Type"]


def test_cloudformation_can_make_it_of_what_the_stack_chose(planned):
    template, _, _ = planned
    chosen = {name: each["Default"] for name, each in template["Parameters"].items()}
    assert chosen == {"RetentionDays": "7", "EvidenceLockMode": "GOVERNANCE", "EvidenceLockDays": "2555"}
    with cloudformation({"template.yaml": template}) as cloud:
        cloud.create("wakeline-dev", {})
        assert cloud.states() == {"wakeline-dev": "CREATE_COMPLETE"}


def test_the_deployment_after_it_switches_on_what_a_restored_table_lacks(planned):
    template, _, _ = planned
    imported, deployed = (each["Resources"]["Table"]["Properties"] for each in (template, TEMPLATE))
    assert deployed.keys() - imported.keys() == set(NOT_RESTORED)
    assert imported.items() <= deployed.items()


@pytest.mark.parametrize("kind", IDENTIFIERS)
def test_identifiers_are_those_of_the_schemas(kind):
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    assert schema["primaryIdentifier"] == [f"/properties/{IDENTIFIERS[kind]}"]


def test_the_page_says_what_is_kept():
    page = (ROOT / "docs/deploy.md").read_text()
    (listed,) = re.findall(r"Kept are, on purpose: (.*?)\.", page, re.DOTALL)
    assert len(re.split(r", | and ", listed)) == len(KEPT)
