"""All endpoints, and the description of the API that they make up."""

import importlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from wakeline.http.endpoint import Endpoint
from wakeline.http.openapi import openapi

API = Path(__file__).parents[1]


def endpoints() -> list[Endpoint]:
    """Every endpoint file's, in the order of their paths. This alone imports them all."""
    files = sorted(API.glob("*/[!_]*.py"))
    modules = [importlib.import_module(f"api.{file.parent.name}.{file.stem}") for file in files]
    return [getattr(module, file.stem) for module, file in zip(modules, files, strict=True)]


@cache
def described() -> dict[str, Any]:
    """The description, made once per process."""
    return openapi(endpoints())


def written() -> str:
    """As JSON that reads well and shows changes line by line."""
    return json.dumps(described(), indent=2, ensure_ascii=False) + "\n"
