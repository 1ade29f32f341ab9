"""A pinned patch of moto's DynamoDB: less copying and parsing per request, with the same results.

* Scalar values are never changed in place (only lists, maps and sets are), so a deep copy of an item may share them.
* An update expression is parsed twice per request; what the parser makes is only read (the validator works on a copy of
  its own), so it is kept by its text.
"""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.parsing import expressions

UpdateExpressionParser: Any = expressions.UpdateExpressionParser  # type: ignore[attr-defined]  # moto leaves it untyped

_CONTAINERS = frozenset({"L", "M", "SS", "NS", "BS"})

_original_copy = DynamoType.__deepcopy__
_original_make = UpdateExpressionParser.__dict__["make"]


def install() -> None:
    """Patch moto in this process; harmless when done twice."""
    DynamoType.__deepcopy__ = _copy  # type: ignore[method-assign]
    UpdateExpressionParser.make = _make


def uninstall() -> None:
    """Give moto its own methods back."""
    DynamoType.__deepcopy__ = _original_copy  # type: ignore[method-assign]
    UpdateExpressionParser.make = _original_make


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


@lru_cache(maxsize=512)
def _make(expression: str) -> Any:
    return _original_make.__func__(UpdateExpressionParser, expression)
