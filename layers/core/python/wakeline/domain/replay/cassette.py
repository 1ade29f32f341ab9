"""A cassette: what a run recorded for every request, to answer the same request again."""

from collections.abc import Sequence
from typing import Any

from .steps import LIFECYCLE, Step, input_hash


class Cassette:
    """The steps of a run by kind, name and input; of several that asked the same, the place decides."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = steps
        self._by_input: dict[str, list[int]] = {}
        for step in steps:
            if step.request and not step.is_unrecorded:
                self._by_input.setdefault(self._hash(step, step.request, step.model), []).append(step.position)

    def find(self, step: Step, request: dict[str, Any], model: str | None) -> Step | None:
        """The recorded step that asked what `step` asks now. None when nothing in the record did.

        Its own place comes first, then the next one behind it, then the last one before it.
        """
        places = self._by_input.get(self._hash(step, request, model))
        if not places:
            return None
        behind = next((place for place in places if place >= step.position), places[-1])
        return self._steps[behind]

    def to_json(self, from_position: int = 0) -> list[dict[str, Any]]:
        """The cassette as a runner elsewhere needs it, from a position on; `index` counts the run's steps."""
        return [
            {
                "index": step.position,
                "span_id": step.span_id,
                "span_type": step.kind,
                "name": step.name or None,
                "model": step.model,
                "input_hash": f"sha256:{self._hash(step, step.request, step.model)}",
                "input": step.request,
                "output": step.output,
                "error": step.error,
            }
            for step in self._steps[from_position:]
            if step.kind not in LIFECYCLE
        ]

    @staticmethod
    def _hash(step: Step, request: dict[str, Any], model: str | None) -> str:
        return input_hash(step.kind, step.name, request, model)
