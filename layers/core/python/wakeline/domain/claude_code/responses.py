"""Counting each model response once, though it is written several times.

Claude Code writes one API response as one line per content block, each repeating the usage with the same
(`message.id`, `requestId`); earlier copies hold a partial `output_tokens`, the last is right. An append-only ledger
cannot take a count back, and must not wait for a last copy it cannot recognise. So the first copy is counted as it is,
and every later copy that says something else adds the difference: after each line the sum is that of the last copies.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .shape import label, mapping, present, text
from .usage import Price, Usage, as_number, read_usage, rounded

SYNTHETIC = "<synthetic>"
"""The model of messages that Claude Code writes itself. Nothing was called, so nothing is counted."""


@dataclass(slots=True)
class _Response:
    model: str
    at: str
    usage: Usage
    cost: Decimal | None


@dataclass(slots=True)
class _Message:
    """The responses of one message id, by request id; `replay` is the request that so far only a sidechain showed."""

    responses: dict[str, _Response] = field(default_factory=dict)
    replay: str | None = None

    def match(self, request: str, sidechain: bool) -> _Response | None:
        """The response that a line with this request is a further copy of.

        A line without a request id is a copy of any. A sidechain that repeats a message under another request replays
        it: where the replay came first, the main chain's copy takes its place.
        """
        if request in self.responses:
            return self.responses[request]
        if not request:
            return next(iter(self.responses.values()), None)
        claimed = "" if "" in self.responses else None if sidechain else self.replay
        if claimed is None:
            return None
        if claimed == self.replay:
            self.replay = None
        self.responses[request] = self.responses.pop(claimed)
        return self.responses[request]


@dataclass(slots=True)
class Responses:
    """The responses met so far, by message id."""

    price: Price
    _messages: dict[str, _Message] = field(default_factory=dict)

    def count(
        self, line: dict[str, Any], line_key: str, at: str, sidechain: bool
    ) -> tuple[dict[str, Any], Usage] | None:
        """The llm_call payload that an assistant line adds, with the usage it adds; None when it adds nothing.

        `at` is when the response was made, if this is its first copy: all copies are priced at that date.
        """
        message = mapping(line.get("message"))
        usage = read_usage(message.get("usage"))
        model = text(message.get("model")) or "unknown"
        if usage is None or model == SYNTHETIC:
            return None
        request = text(line.get("requestId")) or text(line.get("request_id")) or ""
        # Without an id only the request, or the line itself, tells one response from another.
        message_id = text(message.get("id")) or f"\0{request or line_key}"
        ids = present(
            response_id=label(message.get("id")),
            request_id=label(request),
            stop_reason=label(message.get("stop_reason")),
        )
        same = self._messages.setdefault(message_id, _Message())
        known = same.match(request, sidechain)
        if known is None:
            if sidechain and same.responses:
                return None
            if sidechain:
                same.replay = request
            cost = rounded(self.price(model, usage, at))
            same.responses[request] = _Response(model, at, usage, cost)
            return {"model": model, **ids, **usage.payload(), "cost_usd": as_number(cost)}, usage
        if usage == known.usage:
            return None
        difference = usage - known.usage
        cost = rounded(self.price(known.model, usage, known.at))
        added = None if cost is None or known.cost is None else cost - known.cost
        known.usage, known.cost = usage, cost
        payload = {"model": known.model, **ids, **difference.payload(), "cost_usd": as_number(added), "revision": True}
        return payload, difference
