"""Costs of model responses that came without one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from wakeline.domain import times
from wakeline.domain.delta import TOKENS
from wakeline.domain.env import Env
from wakeline.domain.events import NewEvent
from wakeline.domain.prices import Price, Usage

_STEP = Decimal("1e-12")


def price_calls(sent: Sequence[tuple[int, NewEvent]], price: Price, env: Env) -> None:
    """Give each llm_call that has tokens and no `cost_usd` the list price of its date, marked `cost_source:
    "list_price"`.

    Each response is priced by itself, since long-context prices depend on the one request. An unknown model stays
    without a cost: unknown is not free. Corrections (`revision`) and the start of a span are left alone.
    """
    for _, event in sent:
        payload = event.payload
        if (
            event.type != "llm_call"
            or payload.get("cost_usd") is not None
            or payload.get("revision")
            or payload.get("phase") == "start"
        ):
            continue
        usage = Usage(**{name: max(0, payload.get(name) or 0) for name in TOKENS})
        if not usage:
            continue
        cost = price(payload["model"], usage, event.timestamp or times.render(env.now()))
        if cost is not None:
            found: dict[str, Any] = {"cost_usd": float(cost.quantize(_STEP)), "cost_source": "list_price"}
            event.payload = payload | found
