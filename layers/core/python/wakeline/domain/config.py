"""A workspace's settings: what may be set, and what holds where nothing is."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .ids import Label
from .rollups.usage import Overrides, Rates

Dollars = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
Name = Annotated[Label, StringConstraints(max_length=128)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Price(_Part):
    """US dollars for a million tokens. Cached input costs what fresh input costs, where nothing else is said."""

    input: Dollars
    output: Dollars
    cache_read: Dollars | None = None
    cache_write: Dollars | None = None


class Redaction(_Part):
    """`patterns`: names of secrets and personal data that are blacked out when a session is shown outside."""

    enabled: bool = True
    patterns: Annotated[list[Name], Field(max_length=100)] = []


class Analysis(_Part):
    """`automatic`: whether a session is analysed when it ends; `disabled_detectors` stay silent."""

    automatic: bool = True
    disabled_detectors: Annotated[list[Name], Field(max_length=100)] = []


class Memory(_Part):
    """`from_traces`: whether what people say for next time is kept when a session ends (docs/memory.md)."""

    from_traces: bool = False


class Ui(_Part):
    """How the console looks."""

    theme: Literal["system", "light", "dark"] = "system"
    default_page: Name = "dashboard"
    sessions_per_page: Annotated[int, Field(ge=1, le=200)] = 50


class Settings(_Part):
    """Everything that can be set. `retention_days` None: nothing is deleted because of its age."""

    retention_days: Annotated[int, Field(ge=1, le=36_500)] | None = None
    redaction: Redaction = Redaction()
    analysis: Analysis = Analysis()
    memory: Memory = Memory()
    price_overrides: Annotated[
        dict[Annotated[Name, StringConstraints(max_length=256)], Price], Field(max_length=500)
    ] = {}
    ui: Ui = Ui()


@dataclass(frozen=True, slots=True)
class Config:
    """A version of a workspace's settings; version 0 is where nothing was ever set."""

    version: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    updated_at: str | None = None
    updated_by: str | None = None


def overrides_of(settings: dict[str, Any]) -> Overrides:
    """The prices that stored settings set."""
    return {model: _rates(price) for model, price in (settings.get("price_overrides") or {}).items()}


def _rates(price: dict[str, Any]) -> Rates:
    fresh = price["input"]
    read, write = price.get("cache_read"), price.get("cache_write")
    found = (fresh, price["output"], fresh if read is None else read, fresh if write is None else write)
    return Rates(*(Decimal(repr(float(each))) for each in found))
