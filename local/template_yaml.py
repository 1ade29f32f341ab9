"""CloudFormation's YAML: short tags are read as their long forms."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read_document(path: Path) -> dict[str, Any]:
    """A template file as plain data, `!Ref x` as `{"Ref": "x"}`."""
    return read_text(path.read_text(encoding="utf-8"))


def read_text(text: str) -> dict[str, Any]:
    """A template's text as plain data."""
    document: dict[str, Any] = yaml.load(text, _Loader)
    return document


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags (`!Ref`, `!Sub` …) read as their long forms."""


def _tagged(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tagged)
