"""Attributes of a span, taken one by one: what nobody took is left for the metadata, so nothing is lost."""

from typing import Any

from .values import parsed

_MAX_PARTS = 12
_MAX_INDEX_DIGITS = 6


class Attributes:
    """`left` holds what was not taken yet."""

    __slots__ = ("left",)

    def __init__(self, values: dict[str, Any]) -> None:
        self.left = dict(values)

    def take(self, *names: str) -> Any:
        """The first of these that says something; None when none does. The others stay."""
        left = self.left
        for name in names:
            if name in left and left[name] not in (None, ""):
                return left.pop(name)
        return None

    def see(self, *names: str) -> Any:
        """As `take`, leaving it where it is."""
        left = self.left
        for name in names:
            if name in left and left[name] not in (None, ""):
                return left[name]
        return None

    def text(self, *names: str) -> str | None:
        """As `take`, of those that are text."""
        left = self.left
        for name in names:
            value = left.get(name)
            if isinstance(value, str) and value:
                del left[name]
                return value
        return None

    def json(self, *names: str) -> Any:
        """As `take`; text that holds a JSON object or array is read."""
        return parsed(self.take(*names))

    def items(self, prefix: str) -> list[Any]:
        """Take a flattened array: `prefix.0.a`, `prefix.1.b.c` … as a list of objects, in the order of their numbers.

        Numbered names within become lists, too. A name that contradicts another (`a` beside `a.b`) stays.
        """
        tree: dict[str, Any] = {}
        start = prefix + "."
        for name in [name for name in self.left if name.startswith(start)]:
            parts = name[len(start) :].split(".")
            if 2 <= len(parts) <= _MAX_PARTS and _is_index(parts[0]) and _plant(tree, parts, self.left[name]):
                del self.left[name]
        found = _listed(tree)
        return found if isinstance(found, list) else []


def _is_index(part: str) -> bool:
    return part.isascii() and part.isdecimal() and len(part) <= _MAX_INDEX_DIGITS


def _plant(tree: dict[str, Any], parts: list[str], value: Any) -> bool:
    for part in parts[:-1]:
        branch = tree.setdefault(part, _Branch())
        if not isinstance(branch, _Branch):
            return False
        tree = branch
    if parts[-1] in tree:
        return False
    tree[parts[-1]] = value
    return True


class _Branch(dict[str, Any]):
    """A node of the tree, told apart from an attribute whose value is an object."""


def _listed(tree: Any) -> Any:
    if not tree or not all(_is_index(name) for name in tree):
        return {name: _listed(each) if isinstance(each, _Branch) else each for name, each in tree.items()}
    ordered = sorted(tree.items(), key=lambda item: int(item[0]))
    return [_listed(each) if isinstance(each, _Branch) else each for _, each in ordered]
