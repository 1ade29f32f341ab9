"""One endpoint = one file = one function of the template, and a file's first line says which."""

from pathlib import Path

import pytest

from tests.rules.endpoints import (
    Route,
    calls_needs,
    endpoint_faults,
    endpoint_files,
    handler_of,
    routes_in_code,
    scans,
)
from tests.rules.template import functions, has_policy, parse, routes_in_template

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
TEMPLATE = parse((ROOT / "template.yaml").read_text())

GOOD = '''"""GET /api/v1/things/{thing_id}, GET /api/things/{thing_id} — show a thing."""

router = Router()

@router.get("/api/v1/things/<thing_id>")
@router.get("/api/things/<thing_id>", responses={})
def get_thing(thing_id: str, caller: Annotated[Caller, needs("things:read")]) -> Thing:
    """Show it."""
    return things.get(thing_id)

handler = lambda_entry(router)
'''


def made_up(folder: Path, source: str, name: str = "get_thing") -> Path:
    file = folder / "api" / "things" / f"{name}.py"
    file.parent.mkdir(parents=True)
    file.write_text(source)
    return file


def test_template_and_code_list_the_same():
    assert routes_in_template(TEMPLATE) == routes_in_code(FUNCTIONS)


def test_every_endpoint_file_keeps_the_form():
    assert [fault for file in endpoint_files(FUNCTIONS) for fault in endpoint_faults(FUNCTIONS, file)] == []


def test_whoever_asks_for_a_caller_may_authenticate_it():
    by_handler = {properties["Handler"]: properties for properties in functions(TEMPLATE).values()}
    asks = {handler_of(FUNCTIONS, file): calls_needs(file.read_text()) for file in endpoint_files(FUNCTIONS)}
    assert asks == {handler: has_policy(by_handler[handler], "CallerPolicy") for handler in asks}


def test_nobody_scans():
    files = [*FUNCTIONS.rglob("*.py"), *(ROOT / "layers" / "core").rglob("*.py")]
    assert {str(file): lines for file in files if (lines := scans(file.read_text()))} == {}


def test_a_good_file_has_no_faults(tmp_path):
    file = made_up(tmp_path, GOOD)
    assert endpoint_faults(tmp_path, file) == []
    assert routes_in_code(tmp_path) == {
        Route("api.things.get_thing.handler", "GET", "/api/v1/things/{thing_id}"),
        Route("api.things.get_thing.handler", "GET", "/api/things/{thing_id}"),
    }
    assert calls_needs(GOOD)
    assert not calls_needs(GOOD.replace("needs(", "Depends("))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("def get_thing", "def show_thing", "not named like its file"),
        ("GET /api/v1/things/{thing_id}, ", "", "the docstring begins with"),
        ("GET /api/things/{thing_id} —", "POST /api/things/{thing_id} —", "the docstring begins with"),
        ("handler = lambda_entry(router)", '@router.get("/b")\ndef b(): ...\nhandler = 1', "2 route functions"),
        ("handler =", "entry =", "no `handler"),
        ("router = Router()", "from api.other._models import X", "nouns never import"),
        ("router = Router()", "from ..other import _models", "nouns never import"),
        ("return things", "import botocore.session; return things", "clients live in"),
    ],
)
def test_each_fault_is_found(tmp_path, old, new, fault):
    assert old in GOOD
    (found, *_) = endpoint_faults(tmp_path, made_up(tmp_path, GOOD.replace(old, new)))
    assert fault in found


def test_a_noun_may_import_its_own_models(tmp_path):
    source = GOOD.replace("router = Router()", "from api.things._models import Thing\nfrom ._models import Other")
    assert endpoint_faults(tmp_path, made_up(tmp_path, source)) == []


def test_a_scan_is_found():
    assert scans('client.query()\nclient.scan(TableName="t")\nclient.get_paginator("scan")') == [2, 3]
