"""What a transcript says about itself."""

from typing import Any

from .. import times
from .responses import SYNTHETIC
from .shape import mapping, present, text, timestamp

_TITLES = {"custom-title": ("customTitle",), "ai-title": ("aiTitle",), "summary": ("summary",)}
"""Title lines, the ones a person wrote first, each with the field that holds the title."""


def title_of(line: dict[str, Any]) -> str | None:
    """The title that a summary or title line gives."""
    fields = _TITLES.get(line["type"], ())
    return next((title for name in fields if (title := text(line.get(name)))), None)


class Summary:
    """Gathers `Transcript.meta` line by line; the first to name something is believed, the last title counts."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}
        self._titles: dict[str, str] = {}
        self._summaries: list[tuple[str, str | None]] = []
        self._uuids: set[str] = set()
        self._times: list[str] = []
        self._stream: bool | None = None
        self._enveloped = self._sidechain = 0

    def add(self, line: dict[str, Any]) -> None:
        """Take in one good line."""
        kind = line["type"]
        message = mapping(line.get("message"))
        started = kind == "system" and line.get("subtype") == "init"
        model = line.get("model") if started else message.get("model") if kind == "assistant" else None
        self._name("session_id", line.get("sessionId"), line.get("session_id"))
        self._name("cwd", line.get("cwd"))
        self._name("branch", line.get("gitBranch"))
        self._name("version", line.get("version"), line.get("claude_code_version"))
        self._name("model", None if model == SYNTHETIC else model)
        self._name("agent_id", line.get("agentId"))
        if self._stream is None and ("sessionId" in line or "session_id" in line):
            self._stream = "session_id" in line
        if (moment := timestamp(line.get("timestamp"))) is not None:
            self._times = [
                min([moment, *self._times[:1]], key=times.sortable),
                max([moment, *self._times[1:]], key=times.sortable),
            ]
        if uuid := text(line.get("uuid")):
            self._uuids.add(uuid)
        if "isSidechain" in line:
            self._enveloped += 1
            self._sidechain += line["isSidechain"] is True
        if (title := title_of(line)) is not None:
            if kind == "summary":
                self._summaries.append((title, text(line.get("leafUuid"))))
            else:
                self._titles[kind] = title

    def _name(self, name: str, *candidates: Any) -> None:
        if name not in self._first:
            value = next((found for candidate in candidates if (found := text(candidate))), None)
            if value is not None:
                self._first[name] = value

    def meta(self) -> dict[str, Any]:
        """The facts gathered; what is not known is left out."""
        return {
            "format": "stream-json" if self._stream else "disk",
            "is_subagent": 0 < self._enveloped == self._sidechain,
            **self._first,
            **present(
                title=self._title(),
                first_timestamp=self._times[0] if self._times else None,
                last_timestamp=self._times[1] if self._times else None,
            ),
        }

    def _title(self) -> str | None:
        for kind in _TITLES:
            if kind in self._titles:
                return self._titles[kind]
        # Old versions put the summaries of a project's other sessions at the head of a new file; leafUuid tells
        # them apart.
        own = [title for title, leaf in self._summaries if leaf is None or not self._uuids or leaf in self._uuids]
        return own[-1] if own else None
