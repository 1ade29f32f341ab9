"""Reading of endpoint files as source: their routes, functions, docstrings and imports."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

METHODS = {"get", "post", "put", "patch", "delete"}


@dataclass(frozen=True, order=True)
class Route:
    """One line of the list that template and code must agree on."""

    handler: str
    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def endpoint_files(functions: Path) -> list[Path]:
    """`functions/api/<noun>/<verb>_<noun>.py`; files whose name begins with `_` are shared inside a noun."""
    return sorted(path for path in functions.glob("api/*/*.py") if not path.name.startswith("_"))


def handler_of(functions: Path, file: Path) -> str:
    """What the template calls the file: `api.traces.verify_trace.handler`."""
    return ".".join(file.relative_to(functions).with_suffix("").parts) + ".handler"


def routed_functions(tree: ast.Module) -> list[tuple[ast.FunctionDef | ast.AsyncFunctionDef, list[tuple[str, str]]]]:
    """Functions under `@router.<method>("<path>")`, each with its (METHOD, path) in the order they are written."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            routes = [route for decorator in node.decorator_list if (route := _route(decorator))]
            if routes:
                found.append((node, routes))
    return found


def _route(decorator: ast.expr) -> tuple[str, str] | None:
    match decorator:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="router"), attr=method), args=[ast.Constant(value=str(path)), *_]
        ) if method in METHODS:
            return method.upper(), re.sub(r"<(\w+)>", r"{\1}", path)
    return None


def routes_in_code(functions: Path) -> set[Route]:
    """Every route that the endpoint files declare."""
    return {
        Route(handler_of(functions, file), method, path)
        for file in endpoint_files(functions)
        for _, routes in routed_functions(ast.parse(file.read_text()))
        for method, path in routes
    }


def documented_routes(tree: ast.Module) -> set[str]:
    """The `METHOD path` entries with which a docstring begins, up to the dash: `GET /a, GET /b — what it does.`"""
    head = re.split(r"\s[—–-]\s", ast.get_docstring(tree) or "", maxsplit=1)[0]
    return {" ".join(entry.split()) for entry in re.split(r",|\band\b|\n", head) if entry.strip()}


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, inside functions too; relative ones with their dots. `from a import b`: `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            yield from (f"{origin}{'' if origin.endswith('.') else '.'}{alias.name}" for alias in node.names)


def endpoint_faults(functions: Path, file: Path) -> list[str]:
    """What is wrong with one endpoint file, in words."""
    tree = ast.parse(file.read_text())
    name, noun = file.stem, file.parent.name
    routed = routed_functions(tree)
    faults = []
    if len(routed) != 1:
        faults.append(f"{len(routed)} route functions instead of one")
    faults += [f"function {node.name} is not named like its file" for node, _ in routed if node.name != name]
    declared = {f"{method} {path}" for _, routes in routed for method, path in routes}
    if documented_routes(tree) != declared:
        faults.append(f"the docstring begins with {sorted(documented_routes(tree))}, the routes are {sorted(declared)}")
    if not any(
        isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "handler" for to in node.targets)
        for node in tree.body
    ):
        faults.append("no `handler = …`")
    for module in imports(tree):
        root = module.split(".")[0]
        if root in {"boto3", "botocore"}:
            faults.append(f"imports {module}: clients live in wakeline/adapters")
        if module.startswith("..") or (root == "api" and module.split(".")[1:2] != [noun]):
            faults.append(f"imports {module}: nouns never import one another")
    return [f"{file.relative_to(functions)}: {fault}" for fault in faults]


def scans(source: str) -> list[int]:
    """Lines that call a method named `scan` or a paginator of it: reading a whole table is never an answer."""
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr == "scan"
            or (
                node.func.attr == "get_paginator"
                and any(isinstance(arg, ast.Constant) and arg.value == "scan" for arg in node.args)
            )
        )
    )


def calls_needs(source: str) -> bool:
    """Whether an endpoint asks for a caller: `Annotated[Caller, needs("traces:read")]`."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "needs"
        for node in ast.walk(ast.parse(source))
    )
