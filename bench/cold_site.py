"""A folder like the one a Lambda imports from: the deps layer and our own code, compiled, and nothing else."""

import compileall
import re
import shutil
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

from bench.rig import ROOT

COMPARED = ("fastapi", "mangum", "boto3")
_OWN = ("functions", "layers/core/python")


def build(folder: Path) -> list[str]:
    """Fill `folder` with packages of this environment and with our code; returns what belongs on the child's path."""
    packages = folder / "packages"
    wanted = re.findall(r"^[A-Za-z][\w.\[\]-]*", (ROOT / "requirements" / "runtime.in").read_text(), re.MULTILINE)
    for name in closure([*wanted, *COMPARED]):
        _copy(metadata.distribution(name), packages)
    for own in _OWN:
        shutil.copytree(ROOT / own, folder / own, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "bench", folder / "bare" / "bench", ignore=shutil.ignore_patterns("__pycache__"))
    # Exit codes are of no interest: a package may ship a file for a newer Python.
    compileall.compile_dir(folder, quiet=2)
    return [*(str(folder / own) for own in _OWN), str(packages), str(folder / "bare")]


def closure(requirements: Iterable[str]) -> list[str]:
    """The names of the installed distributions that `requirements` (extras allowed) ask for, theirs included."""
    found: dict[str, frozenset[str]] = {}
    waiting = [Requirement(each) for each in requirements]
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        extras = found.get(name, frozenset()) | wanted.extras
        if found.get(name) == extras:
            continue
        found[name] = extras
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                waiting.append(needed)
    return sorted(found)


def _copy(package: metadata.Distribution, to: Path) -> None:
    for file in package.files or ():
        if ".." not in file.parts and file.suffix != ".pyc":
            target = to / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(file.locate()), target)
