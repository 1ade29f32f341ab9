"""A workspace's settings: what may be set, and what holds where nothing is."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from .errors import Invalid
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
    """`patterns`: names of secrets and personal data that are taken out of what is recorded, beside those that the
    policy names; not while `enabled` is false.
    """

    enabled: bool = True
    patterns: Annotated[list[Name], Field(max_length=100)] = []


class Analysis(_Part):
    """`automatic`: whether a session is analysed when it ends; `disabled_detectors` stay silent, also when asked."""

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
    """Everything that can be set. `retention_days`: a trace that nobody governs is deleted so long after it ended, or
    earlier where the policy says so; None leaves it to the policy.
    """

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


SECTIONS = ("redaction", "analysis", "memory", "ui")
"""Settings that have parts; one that is set leaves the others beside it."""


def merged(settings: dict[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
    """Stored settings after a change. `price_overrides` are one setting: what is not named again is gone."""
    parts = {name: {**(settings.get(name) or {}), **changed[name]} for name in SECTIONS if name in changed}
    return settings | changed | parts


def check_names(changed: dict[str, Any]) -> None:
    """Raises `Invalid` for a pattern or a detector that nobody knows."""
    # Imported here: both compile what only they need, and every dashboard reads settings.
    from .detectors import DETECTORS
    from .redaction import KINDS, kinds_of

    for place, name in enumerate((changed.get("redaction") or {}).get("patterns", ())):
        if not kinds_of(name):
            field = f"redaction.patterns.{place}"
            raise Invalid(f"{field}: there is no pattern of this name; there are {', '.join(KINDS)}", field=field)
    for place, name in enumerate((changed.get("analysis") or {}).get("disabled_detectors", ())):
        if name not in DETECTORS:
            field = f"analysis.disabled_detectors.{place}"
            raise Invalid(f"{field}: there is no detector of this name; there are {', '.join(DETECTORS)}", field=field)


def redacted_by(settings: dict[str, Any]) -> tuple[str, ...]:
    """The patterns that stored settings want taken out of what is recorded."""
    wanted = settings.get("redaction") or {}
    return tuple(wanted.get("patterns", ())) if wanted.get("enabled", True) else ()


def analysed_when_over(settings: dict[str, Any]) -> bool:
    """Whether a session is analysed when it ends."""
    return (settings.get("analysis") or {}).get("automatic", True) is True


def silent_detectors(settings: dict[str, Any]) -> frozenset[str]:
    """The detectors that are not to speak."""
    return frozenset((settings.get("analysis") or {}).get("disabled_detectors", ()))


def overrides_of(settings: dict[str, Any]) -> Overrides:
    """The prices that stored settings set."""
    return {model: _rates(price) for model, price in (settings.get("price_overrides") or {}).items()}


def _rates(price: dict[str, Any]) -> Rates:
    fresh = price["input"]
    read, write = price.get("cache_read"), price.get("cache_write")
    found = (fresh, price["output"], fresh if read is None else read, fresh if write is None else write)
    return Rates(*(Decimal(repr(float(each))) for each in found))
