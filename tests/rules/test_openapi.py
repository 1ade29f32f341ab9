"""docs/openapi.json is what the endpoints declare, and every endpoint declares enough."""

import json
from pathlib import Path

from api.openapi._described import described, written
from tests.rules.template import parse, routes_in_template

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "docs" / "openapi.json"


def test_the_kept_description_is_up_to_date():
    kept = KEPT.read_text() if KEPT.exists() else ""
    assert kept == written(), "run: make openapi   (and commit docs/openapi.json)"


def test_it_lists_what_the_template_routes():
    listed = {(method.upper(), path) for path, methods in described()["paths"].items() for method in methods}
    routes = routes_in_template(parse((ROOT / "template.yaml").read_text()))
    assert listed == {(route.method, route.path.replace("+}", "}")) for route in routes}


def test_operations_have_names_of_their_own():
    operations = [each for methods in described()["paths"].values() for each in methods.values()]
    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all(each["summary"] and each["description"] for each in operations)


def test_every_reference_leads_somewhere():
    known = described()["components"]["schemas"]
    text = json.dumps(described())
    wanted = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert wanted <= known.keys()
