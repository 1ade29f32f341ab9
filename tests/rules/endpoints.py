"""Reading of endpoint files as source: their routes, scopes, docstrings and imports."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OTHERS = {"boto3", "botocore", "api", "workers", "realtime"}
ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/[a-z0-9.-]+|/\{\w+\+?\})+")


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
    """What the template calls the file: `api.traces.verify_trace.handler`; if it streams, the script beside it."""
    if file.with_suffix(".sh").exists():
        return str(file.with_suffix(".sh").relative_to(functions))
    return ".".join(file.relative_to(functions).with_suffix("").parts) + ".handler"


def declarations(tree: ast.Module) -> list[tuple[ast.FunctionDef, ast.Call]]:
    """Functions under `@endpoint("METHOD /path", …, scope=…)`, each with that call."""
    return [
        (node, decorator)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "endpoint"
    ]


def declared_routes(declaration: ast.Call) -> list[str]:
    """The literal `METHOD /path` arguments of an `@endpoint`."""
    return [arg.value for arg in declaration.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]


def scope_of(tree: ast.Module) -> str | None:
    """The scope that a file's endpoint asks for; None for a public one."""
    for _, declaration in declarations(tree):
        for keyword in declaration.keywords:
            if keyword.arg == "scope" and isinstance(keyword.value, ast.Constant):
                return keyword.value.value if isinstance(keyword.value.value, str) else None
    return None


def routes_in_code(functions: Path) -> set[Route]:
    """Every route that the endpoint files declare."""
    return {
        Route(handler_of(functions, file), *route.split(" ", 1))
        for file in endpoint_files(functions)
        for _, declaration in declarations(ast.parse(file.read_text()))
        for route in declared_routes(declaration)
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
    found = declarations(tree)
    faults = []
    if len(found) != 1:
        faults.append(f"{len(found)} endpoints instead of one")
    faults += [f"function {node.name} is not named like its file" for node, _ in found if node.name != name]
    routes = {route for _, declaration in found for route in declared_routes(declaration)}
    faults += [f"{route!r} is no METHOD /path" for route in sorted(routes) if not ROUTE.fullmatch(route)]
    if documented_routes(tree) != routes:
        faults.append(f"the docstring begins with {sorted(documented_routes(tree))}, the routes are {sorted(routes)}")
    streams = file.with_suffix(".sh").exists()
    entries = [f"app = {kind}_entry({name})" for kind in ("sse", "download")] if streams else []
    entries = entries or [f"handler = lambda_entry({name})"]
    if not {ast.unparse(node) for node in tree.body}.intersection(entries):
        faults.append(f"no `{entries[0]}`")
    for module in imports(tree):
        root = module.split(".")[0]
        if root in {"boto3", "botocore"}:
            faults.append(f"imports {module}: clients live in wakeline/adapters")
        if module.startswith("..") or (root == "api" and module.split(".")[1:2] != [noun]):
            faults.append(f"imports {module}: nouns never import one another")
    return [f"{file.relative_to(functions)}: {fault}" for fault in faults]


def other_files(functions: Path) -> list[Path]:
    """Workers and the WebSocket's functions: those that no HTTP request starts."""
    return sorted(path for folder in ("workers", "realtime") for path in functions.glob(f"{folder}/*.py"))


def calls_reader(tree: ast.Module) -> bool:
    """Whether a worker is a reader of the table's stream, which runs other workers."""
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reader_entry"
        for node in ast.walk(tree)
    )


def read_for(functions: Path) -> list[str]:
    """Handlers of the workers that readers of the table's stream run: `workers.publish_live.handler`."""
    trees = [ast.parse(file.read_text()) for file in other_files(functions)]
    return [
        f"workers.{argument.value.id}.{argument.attr}"
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reader_entry"
        for argument in node.args
        if isinstance(argument, ast.Attribute) and isinstance(argument.value, ast.Name)
    ]


def other_faults(functions: Path, file: Path) -> list[str]:
    """What is wrong with a file of `other_files`, in words."""
    tree = ast.parse(file.read_text())
    faults = []
    if not (ast.get_docstring(tree) or "").startswith("Started by "):
        faults.append("the docstring does not say what starts it")
    made = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    } | {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    if "handler" not in made:
        faults.append("no `handler`")
    for module in imports(tree):
        allowed = calls_reader(tree) and module.startswith("workers.")
        if not allowed and (module.split(".")[0] in OTHERS or module.startswith(".")):
            faults.append(f"imports {module}")
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
