"""What each layer may take from outside. import-linter (pyproject.toml) can only forbid, not allow."""

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.rules.endpoints import imports

ROOT = Path(__file__).parents[2]
CORE = ROOT / "layers" / "core" / "python"
FUNCTIONS = ROOT / "functions"
OURS = {"wakeline", "api", "workers", "realtime", "local"}

ALLOWED = {
    "wakeline/domain": {"pydantic", "pydantic_core", "rfc8785"},
    "wakeline/services": {"pydantic", "pydantic_core"},
    "wakeline/http": {"pydantic", "pydantic_core", "typing_extensions", "jwt", "google", "opentelemetry"},
    "wakeline/adapters": {
        "botocore",
        "genai_prices",
        "pydantic",
        "ulid",
        "jwt",
        "cryptography",
        "apsw",
        "sqlite_vec",
        "numpy",
        "safetensors",
        "tokenizers",
        "dodopayments",
        "standardwebhooks",
    },
    "wakeline/settings.py": set(),
    "wakeline/batch.py": set(),
    "wakeline/wiring": {"ulid"},
    "wakeline/observability.py": {"aws_lambda_powertools"},
    "wakeline/__init__.py": set(),
}
FUNCTIONS_ALLOWED = {"pydantic", "pydantic_core"}
IMPURE = {
    "asyncio", "http", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "socket", "subprocess",
    "tempfile", "threading", "time", "urllib.request",
}  # fmt: skip


def outside(source: str) -> set[str]:
    """Top-level names of third-party modules that a source imports."""
    roots = {name.split(".")[0] for name in imports(ast.parse(source)) if not name.startswith(".")}
    return roots - OURS - sys.stdlib_module_names


def impure(source: str) -> set[str]:
    """Modules of the standard library by which a source could reach a file, a clock, chance or the network."""
    return {bad for name in imports(ast.parse(source)) for bad in IMPURE if name == bad or name.startswith(f"{bad}.")}


def reads_environment(source: str) -> bool:
    """Whether a source touches `os.environ` or `os.getenv`, under whatever name it imported them."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"})
        or (isinstance(node, ast.ImportFrom) and any(alias.name in {"environ", "getenv"} for alias in node.names))
        for node in ast.walk(ast.parse(source))
    )


def taken_names(*roots: Path) -> set[str]:
    """Modules and folders at the top of a sys.path root that carry the name of a standard or installed module."""
    mine = {entry.stem for root in roots for entry in root.iterdir() if entry.suffix == ".py" or _package(entry)}
    third_party = {name for name, owners in packages_distributions().items() if set(owners) != {"wakeline"}}
    return mine & (sys.stdlib_module_names | third_party)


def _package(entry: Path) -> bool:
    return entry.is_dir() and any(entry.rglob("*.py"))


@pytest.mark.parametrize("layer", ALLOWED)
def test_a_layer_takes_only_what_it_may(layer):
    place = CORE / layer
    files = [place] if place.is_file() else list(place.rglob("*.py"))
    assert {str(file): extra for file in files if (extra := outside(file.read_text()) - ALLOWED[layer])} == {}


def test_every_part_of_the_core_is_a_known_layer():
    parts = {f"wakeline/{entry.name}" for entry in (CORE / "wakeline").iterdir() if entry.name != "__pycache__"}
    assert parts <= set(ALLOWED) | {"wakeline/py.typed"}


def test_functions_take_only_what_they_may():
    files = FUNCTIONS.rglob("*.py")
    assert {str(file): extra for file in files if (extra := outside(file.read_text()) - FUNCTIONS_ALLOWED)} == {}


def test_domain_is_pure():
    files = (CORE / "wakeline" / "domain").rglob("*.py")
    assert {str(file): found for file in files if (found := impure(file.read_text()))} == {}


def test_only_settings_reads_the_environment():
    files = [*FUNCTIONS.rglob("*.py"), *CORE.rglob("*.py")]
    readers = {file.name for file in files if reads_environment(file.read_text())}
    assert readers <= {"settings.py"}


def test_no_name_is_taken():
    assert taken_names(*(root for root in (FUNCTIONS, CORE) if root.is_dir())) == set()


def test_imports_are_found():
    source = "import os.path, boto3.session\nfrom wakeline.domain import x\nfrom . import y\ndef f():\n    import moto"
    assert outside(source) == {"boto3", "moto"}
    assert impure(source) == {"os"}
    assert impure("from urllib.parse import quote\nimport timeit") == set()
    assert impure("from urllib import request") == {"urllib.request"}
    assert impure("from time import sleep") == {"time"}


def test_readers_of_the_environment_are_found():
    assert reads_environment("import os as o\no.environ['A']")
    assert reads_environment("from os import getenv as g")
    assert not reads_environment("import os\nos.path.join('a')")


def test_taken_names_are_found(tmp_path):
    for name in ("http", "pytest", "traces"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.py").touch()
    (tmp_path / "json.py").touch()
    assert taken_names(tmp_path) == {"http", "pytest", "json"}
