"""JSON Schemas of the types that endpoints declare: TypedDicts, pydantic models, and what they are made of."""

import inspect
import types
from typing import Any, Literal, NotRequired, Required, Union, get_args, get_origin, get_type_hints, is_typeddict

from pydantic import BaseModel, TypeAdapter

Schema = dict[str, Any]

REF = "#/components/schemas/{model}"


class Schemas:
    """Writes schemas; those of named types go to `components` and are referred to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._owners: dict[str, Any] = {}

    def of(self, hint: Any) -> Schema:
        """The schema of a type. `bytes` are a body of any bytes. Raises ValueError for two types of one name."""
        if hint in (Any, inspect.Parameter.empty):
            return {}
        if hint is bytes:
            return {"type": "string", "format": "binary"}
        if is_typeddict(hint):
            return self._typed_dict(hint)
        origin, arguments = get_origin(hint), get_args(hint)
        if origin in (Required, NotRequired):
            return self.of(arguments[0])
        if origin in (Union, types.UnionType):
            return self._union([self.of(each) for each in arguments])
        if origin in (list, tuple):
            return {"type": "array", "items": self.of(arguments[0]) if arguments else {}}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if origin is Literal:
            return {"enum": list(arguments)}
        return self._pydantic(hint)

    def resolved(self, schema: Schema) -> Schema:
        """The schema itself where it is referred to."""
        return self.components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema

    def fields(self, model: type[BaseModel]) -> tuple[dict[str, Schema], set[str]]:
        """The schemas of a model's fields by their names outside, and which are required."""
        schema = self._written(model)
        return schema.get("properties", {}), set(schema.get("required", ()))

    def _typed_dict(self, hint: Any) -> Schema:
        name = hint.__name__
        if self._claim(name, hint):
            self.components[name] = {}  # it may hold itself
            hints = get_type_hints(hint, include_extras=True)
            self.components[name] = {
                "type": "object",
                **_described(hint),
                "properties": {field: self.of(each) for field, each in hints.items()},
                "required": sorted(hint.__required_keys__),
            }
        return {"$ref": REF.format(model=name)}

    def _pydantic(self, hint: Any) -> Schema:
        if not (inspect.isclass(hint) and issubclass(hint, BaseModel)):
            return self._written(hint)
        if self._claim(hint.__name__, hint):
            self.components[hint.__name__] = self._written(hint)
        return {"$ref": REF.format(model=hint.__name__)}

    def _written(self, hint: Any) -> Schema:
        schema: Schema = _portable(TypeAdapter(hint).json_schema(ref_template=REF))
        for name, each in schema.pop("$defs", {}).items():
            self.components.setdefault(name, each)
        return schema

    def _claim(self, name: str, hint: Any) -> bool:
        """Whether the name is new. Raises ValueError when another type has it."""
        if self._owners.setdefault(name, hint) is not hint:
            raise ValueError(f"two shapes are called {name}: in {self._owners[name].__module__} and {hint.__module__}")
        return name not in self.components

    @staticmethod
    def _union(schemas: list[Schema]) -> Schema:
        return {"anyOf": schemas} if len(schemas) > 1 else schemas[0]


def _described(hint: Any) -> Schema:
    text = inspect.cleandoc(hint.__doc__ or "")
    return {"description": text} if text else {}


def _portable(schema: Any) -> Any:
    """Without titles that only repeat names, and patterns as JSON Schema has them, where `\\z` is `$`."""
    if isinstance(schema, list):
        return [_portable(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {
        key: _portable(each)
        for key, each in schema.items()
        # A property may be called "title"; then it is a schema, not a text.
        if not (key == "title" and isinstance(each, str))
    }
    if isinstance(kept.get("pattern"), str):
        kept["pattern"] = kept["pattern"].replace(r"\z", "$")
    return kept
