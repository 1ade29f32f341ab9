"""A pinned patch of moto's DynamoDB: less copying, weighing and parsing per request, with the same results.

* Scalar values are never changed in place (only lists, maps and sets are), so a deep copy of an item may share them.
* An update expression is parsed twice per request; what the parser makes is only read (the validator works on a copy of
  its own), so it is kept by its text.
* Items are weighed again for each attribute that is set, and turned into plain values type by type through a chain of
  questions that are almost always answered "a text" or "a number": those are asked first.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from moto.dynamodb import responses as moto_responses
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.parsing import expressions

UpdateExpressionParser: Any = expressions.UpdateExpressionParser  # type: ignore[attr-defined]  # moto leaves it untyped

_CONTAINERS = frozenset({"L", "M", "SS", "NS", "BS"})

responses: Any = moto_responses  # mypy takes what a module imports for no attribute of it

_AS_IT_IS = frozenset({"S", "N", "BOOL", "NULL"})

_original_size = DynamoType.size
_original_plain = responses.dynamo_to_dict
_original_copy = DynamoType.__deepcopy__
_original_make = UpdateExpressionParser.__dict__["make"]


def install() -> None:
    """Patch moto in this process; harmless when done twice."""
    DynamoType.__deepcopy__ = _copy  # type: ignore[method-assign]
    UpdateExpressionParser.make = _make
    DynamoType.size = _size  # type: ignore[method-assign]
    responses.dynamo_to_dict = plain


def uninstall() -> None:
    """Give moto its own methods back."""
    DynamoType.__deepcopy__ = _original_copy  # type: ignore[method-assign]
    UpdateExpressionParser.make = _original_make
    DynamoType.size = _original_size  # type: ignore[method-assign]
    responses.dynamo_to_dict = _original_plain


def _copy(self: DynamoType, memo: dict[int, Any]) -> DynamoType:
    if self.type not in _CONTAINERS:
        return self
    result: Any = DynamoType.__new__(DynamoType)
    result.type = self.type
    if self.type == "L":
        result.value = [copy.deepcopy(each, memo) for each in self.value]
    elif self.type == "M":
        result.value = {key: copy.deepcopy(each, memo) for key, each in self.value.items()}
    else:
        result.value = list(self.value)
    copied: DynamoType = result
    return copied


def _size(self: DynamoType) -> int:
    value = self.value
    if type(value) is str:
        return len(value) if value.isascii() else len(value.encode())
    return len(value) if type(value) is bytes else _original_size(self)


def plain(value: Any) -> Any:
    """moto's values as plain ones, as its own `dynamo_to_dict` gives them; all of them new."""
    if isinstance(value, DynamoType):
        kind, held = value.type, value.value
        if kind in _AS_IT_IS or (kind == "B" and isinstance(held, bytes)):
            return {kind: held}
        return {kind: plain(held)} if kind in ("L", "M") else _original_plain(value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else _original_plain(value)


@lru_cache(maxsize=512)
def _make(expression: str) -> Any:
    return _original_make.__func__(UpdateExpressionParser, expression)
