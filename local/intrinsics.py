"""CloudFormation's intrinsic functions and conditions: what a value of a template comes to.

They are `Ref`, `Fn::Sub`, `Fn::GetAtt`, `Fn::If`, `Fn::Join`, `Fn::Select`, `Fn::Split` and `Fn::FindInMap`, as in
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

NO_VALUE = object()
"""What `AWS::NoValue` refers to: the property or entry is left out."""


class TemplateError(ValueError):
    """The template says something this reader cannot make sense of."""


class Intrinsics(ABC):
    """A document whose values may be intrinsic functions; what names refer to is said by who knows the resources."""

    document: dict[str, Any]

    @abstractmethod
    def ref(self, name: str) -> Any:
        """What a parameter, pseudo parameter or resource stands for. Raises TemplateError."""

    @abstractmethod
    def get_att(self, argument: str | list[str]) -> Any:
        """An attribute of a resource, or an output of a nested stack. Raises TemplateError."""

    def resolve(self, value: Any) -> Any:
        """A value of the template with every intrinsic function replaced by what it gives."""
        if isinstance(value, list):
            return [item for item in (self.resolve(each) for each in value) if item is not NO_VALUE]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            intrinsic = _INTRINSICS.get(name)
            if intrinsic is not None:
                return intrinsic(self, argument)
        resolved = {key: self.resolve(each) for key, each in value.items()}
        return {key: each for key, each in resolved.items() if each is not NO_VALUE}

    def _sub(self, argument: str | list[Any]) -> str:
        text, variables = (argument, {}) if isinstance(argument, str) else (argument[0], self.resolve(argument[1]))

        def replace(match: re.Match[str]) -> str:
            name = match.group(1).strip()
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in variables:
                return str(variables[name])
            return str(self.get_att(name) if "." in name else self.ref(name))

        return re.sub(r"\$\{([^}]+)\}", replace, text)

    def _if(self, argument: list[Any]) -> Any:
        return self.resolve(argument[1] if self.holds({"Condition": argument[0]}) else argument[2])

    def holds(self, expression: Any) -> bool:
        """Whether a condition holds."""
        name, argument = next(iter(expression.items()))
        match name:
            case "Condition":
                return self.holds(self.document["Conditions"][argument])
            case "Fn::Equals":
                left, right = self.resolve(argument)
                return bool(left == right)
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(self.holds(each) for each in argument)
            case "Fn::Or":
                return any(self.holds(each) for each in argument)
        raise TemplateError(f"unknown condition function {name}")

    def _join(self, argument: list[Any]) -> str:
        return str(argument[0]).join(str(part) for part in self.resolve(argument[1]))

    def _select(self, argument: list[Any]) -> Any:
        return self.resolve(argument[1])[int(self.resolve(argument[0]))]

    def _split(self, argument: list[Any]) -> list[str]:
        return str(self.resolve(argument[1])).split(argument[0])

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, first, second = self.resolve(argument)
        return self.document["Mappings"][name][first][second]


_INTRINSICS: dict[str, Callable[[Intrinsics, Any], Any]] = {
    "Ref": lambda stack, name: stack.ref(name),
    "Fn::GetAtt": lambda stack, argument: stack.get_att(argument),
    "Fn::Sub": Intrinsics._sub,
    "Fn::If": Intrinsics._if,
    "Fn::Join": Intrinsics._join,
    "Fn::Select": Intrinsics._select,
    "Fn::Split": Intrinsics._split,
    "Fn::FindInMap": Intrinsics._find_in_map,
}
