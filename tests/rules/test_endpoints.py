"""One endpoint = one file = one function of the template, and a file's first line says which."""

import ast
from pathlib import Path

import pytest

from tests.rules.endpoints import (
    Route,
    endpoint_faults,
    endpoint_files,
    handler_of,
    other_faults,
    other_files,
    read_for,
    routes_in_code,
    scans,
    scope_of,
)
from tests.rules.template import FILES, ROOT, functions, has_policy, parse, routes_in_template, together

FUNCTIONS = ROOT / "functions"
TEMPLATE = together(*(parse((ROOT / file).read_text()) for file in FILES))
OTHERS = other_files(FUNCTIONS)

GOOD = '''"""GET /api/v1/things/{thing_id}, GET /api/things/{thing_id} — show a thing."""

from wakeline.http.endpoint import endpoint
from wakeline.http.entry import lambda_entry


@endpoint("GET /api/v1/things/{thing_id}", "GET /api/things/{thing_id}", scope="things:read")
def get_thing(caller: Caller, thing_id: str) -> Thing:
    """Show it."""
    return things.get(thing_id)


handler = lambda_entry(get_thing)
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


def test_every_other_function_is_in_the_template_and_keeps_the_form():
    handlers = {".".join(file.relative_to(FUNCTIONS).with_suffix("").parts) + ".handler" for file in OTHERS}
    given = [properties["Handler"] for properties in functions(TEMPLATE).values()]
    # Once each: by a function of its own, or by a reader of the stream.
    assert sorted(handlers) == sorted(read_for(FUNCTIONS) + [each for each in given if not each.startswith("api")])
    assert [fault for file in OTHERS for fault in other_faults(FUNCTIONS, file)] == []


def test_a_script_starts_the_module_beside_it():
    scripts = list(FUNCTIONS.rglob("*.sh"))
    assert scripts
    for script in scripts:
        module = ".".join(script.relative_to(FUNCTIONS).with_suffix("").parts)
        assert f"uvicorn {module}:app " in script.read_text()
        assert script.stat().st_mode & 0o111


def test_a_function_may_do_what_its_scope_and_method_need():
    by_handler = {properties["Handler"]: properties for properties in functions(TEMPLATE).values()}
    scopes = {handler_of(FUNCTIONS, file): scope_of(ast.parse(file.read_text())) for file in endpoint_files(FUNCTIONS)}
    posts = {route.handler for route in routes_in_code(FUNCTIONS) if route.method == "POST"}
    for handler, scope in scopes.items():
        assert has_policy(by_handler[handler], "CallerPolicy") is (scope is not None), handler
        assert has_policy(by_handler[handler], "OncePolicy") is (scope is not None and handler in posts), handler


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
    assert scope_of(ast.parse(GOOD)) == "things:read"
    assert scope_of(ast.parse(GOOD.replace('"things:read"', "None"))) is None


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("def get_thing", "def show_thing", "not named like its file"),
        ('"""GET /api/v1/things/{thing_id}, ', '"""', "the docstring begins with"),
        ("GET /api/things/{thing_id} —", "POST /api/things/{thing_id} —", "the docstring begins with"),
        ('"GET /api/things/{thing_id}"', '"GET api/things"', "no METHOD /path"),
        ("handler =", '@endpoint("GET /b", scope=None)\ndef b(): ...\n\nhandler =', "2 endpoints"),
        ("handler = lambda_entry(get_thing)", "handler = get_thing", "no `handler"),
        ("from wakeline.http.entry", "from api.other._models import X\nfrom wakeline.http.entry", "nouns never import"),
        ("from wakeline.http.entry", "from ..other import _models\nfrom wakeline.http.entry", "nouns never import"),
        ("return things", "import botocore.session; return things", "clients live in"),
    ],
)
def test_each_fault_is_found(tmp_path, old, new, fault):
    assert old in GOOD
    (found, *_) = endpoint_faults(tmp_path, made_up(tmp_path, GOOD.replace(old, new)))
    assert fault in found


def test_a_noun_may_import_its_own_models(tmp_path):
    source = GOOD.replace("@endpoint", "from api.things._models import Thing\nfrom ._models import Other\n\n@endpoint")
    assert endpoint_faults(tmp_path, made_up(tmp_path, source)) == []


def test_a_scan_is_found():
    assert scans('client.query()\nclient.scan(TableName="t")\nclient.get_paginator("scan")') == [2, 3]
