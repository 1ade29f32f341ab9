"""How each provider says what it was asked, what it answered and what that took.

Wakeline's `input_tokens` exclude cached ones. Anthropic and Bedrock count so, too; OpenAI's include them.
"""

from __future__ import annotations

from typing import Any

from .encode import plain


class Reader:
    """Reads one call. `question` is before it; `whole`, or `part` for each piece of a stream, after."""

    managed = False
    """Whether the call gives a context manager that opens a stream."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked = asked
        self.model: str | None = None
        self.output: Any = None
        self.usage: dict[str, Any] = {}

    def question(self) -> dict[str, Any]:
        """`name`, `model`, `input` and what else the start of the span should say."""
        known = ("messages", "input", "system", "instructions", "tools")
        asked = {name: plain(self.asked[name]) for name in known if self.asked.get(name)}
        parameters = {
            name: value
            for name, value in self.asked.items()
            if name not in known and isinstance(value, (str, int, float, bool)) and name != "model"
        }
        said: dict[str, Any] = {"name": self.asked.get("model"), "model": self.asked.get("model"), "input": asked}
        return {**said, "parameters": parameters} if parameters else said

    def stream_in(self, answer: Any) -> Any:
        """The stream within an answer, None when it is whole."""
        return answer if self.asked.get("stream") else None

    def with_stream(self, answer: Any, stream: Any) -> Any:  # noqa: ARG002 - Bedrock's answer is more than its stream
        """The answer with another stream in place of its own."""
        return stream

    def whole(self, answer: Any) -> None:
        """A complete answer."""

    def part(self, piece: Any) -> None:
        """One piece of a streamed answer."""


class Anthropic(Reader):
    """`anthropic`'s messages. Streams begin with the input's usage and correct the output's as they go."""

    def whole(self, answer: Any) -> None:
        self.model = _get(answer, "model")
        self.output = plain(_get(answer, "content"))
        self._use(_get(answer, "usage"))

    def part(self, piece: Any) -> None:
        match _get(piece, "type"):
            case "message_start":
                self.model = _get(piece, "message", "model")
                self.output = []
                self._use(_get(piece, "message", "usage"))
            case "content_block_start":
                self.output.append(plain(_get(piece, "content_block")))
            case "content_block_delta":
                self._grow(self.output[_get(piece, "index")], _get(piece, "delta"))
            case "message_delta":
                self._use(_get(piece, "usage"))

    def _use(self, usage: Any) -> None:
        names = {
            "input_tokens": "input_tokens",
            "output_tokens": "output_tokens",
            "cache_read_input_tokens": "cache_read_tokens",
            "cache_creation_input_tokens": "cache_write_tokens",
        }
        self.usage |= {ours: value for theirs, ours in names.items() if (value := _get(usage, theirs)) is not None}

    @staticmethod
    def _grow(block: dict[str, Any], delta: Any) -> None:
        for theirs, ours in (("text", "text"), ("thinking", "thinking"), ("partial_json", "partial_input")):
            if (more := _get(delta, theirs)) is not None:
                block[ours] = block.get(ours, "") + more


class AnthropicManaged(Anthropic):
    """`messages.stream`: its stream keeps a snapshot of the message that it has gathered."""

    managed = True

    def whole(self, answer: Any) -> None:
        super().whole(answer.current_message_snapshot)


class OpenAIChat(Reader):
    """`openai`'s chat completions. A stream tells its usage only if asked to (`stream_options`)."""

    def whole(self, answer: Any) -> None:
        self.model = _get(answer, "model")
        self.output = [plain(_get(choice, "message")) for choice in _get(answer, "choices") or []]
        self._use(_get(answer, "usage"))

    def part(self, piece: Any) -> None:
        self.model = _get(piece, "model") or self.model
        self.output = self.output or {"role": "assistant", "content": ""}
        for choice in _get(piece, "choices") or []:
            self.output["content"] += _get(choice, "delta", "content") or ""
            for call in _get(choice, "delta", "tool_calls") or []:
                self._grow(self.output.setdefault("tool_calls", {}), call)
        self._use(_get(piece, "usage"))

    @staticmethod
    def _grow(calls: dict[str, Any], delta: Any) -> None:
        call = calls.setdefault(str(_get(delta, "index")), {"name": "", "arguments": ""})
        call["name"] += _get(delta, "function", "name") or ""
        call["arguments"] += _get(delta, "function", "arguments") or ""

    def _use(self, usage: Any) -> None:
        if usage is None:
            return
        cached = _get(usage, "prompt_tokens_details", "cached_tokens") or 0
        self.usage = {
            "input_tokens": (_get(usage, "prompt_tokens") or 0) - cached,
            "output_tokens": _get(usage, "completion_tokens"),
            "cache_read_tokens": cached or None,
        }


class OpenAIResponses(Reader):
    """`openai`'s responses. The last piece of a stream is the whole response."""

    def whole(self, answer: Any) -> None:
        self.model = _get(answer, "model")
        self.output = plain(_get(answer, "output"))
        usage = _get(answer, "usage")
        cached = _get(usage, "input_tokens_details", "cached_tokens") or 0
        if usage is not None:
            self.usage = {
                "input_tokens": (_get(usage, "input_tokens") or 0) - cached,
                "output_tokens": _get(usage, "output_tokens"),
                "cache_read_tokens": cached or None,
            }

    def part(self, piece: Any) -> None:
        if _get(piece, "type") in ("response.completed", "response.incomplete", "response.failed"):
            self.whole(_get(piece, "response"))


class Bedrock(Reader):
    """Bedrock's `converse`. `modelId` may be an ARN or an inference profile."""

    def question(self) -> dict[str, Any]:
        model = str(self.asked.get("modelId") or "unknown").rpartition("/")[2]
        self.model = model
        asked = {name: plain(self.asked[name]) for name in ("messages", "system", "toolConfig") if name in self.asked}
        said: dict[str, Any] = {"name": model, "model": model, "input": asked}
        limits = self.asked.get("inferenceConfig")
        return {**said, "parameters": plain(limits)} if limits else said

    def stream_in(self, answer: Any) -> Any:
        return answer.get("stream") if isinstance(answer, dict) else None

    def with_stream(self, answer: Any, stream: Any) -> Any:
        return {**answer, "stream": stream}

    def whole(self, answer: Any) -> None:
        self.output = plain(_get(answer, "output", "message", "content"))
        self._use(_get(answer, "usage"))

    def part(self, piece: Any) -> None:
        if (delta := _get(piece, "contentBlockDelta")) is not None:
            self.output = self.output or {}
            block = self.output.setdefault(str(_get(delta, "contentBlockIndex") or 0), {})
            for name, more in (
                ("text", _get(delta, "delta", "text")),
                ("input", _get(delta, "delta", "toolUse", "input")),
            ):
                if more is not None:
                    block[name] = block.get(name, "") + more
        self._use(_get(piece, "metadata", "usage"))

    def _use(self, usage: Any) -> None:
        if usage is None:
            return
        self.usage = {
            "input_tokens": _get(usage, "inputTokens"),
            "output_tokens": _get(usage, "outputTokens"),
            "cache_read_tokens": _get(usage, "cacheReadInputTokens"),
            "cache_write_tokens": _get(usage, "cacheWriteInputTokens"),
        }


def _get(value: Any, *path: str) -> Any:
    """A field of an object or a mapping, or of one within it; None when it is not there."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        if value is None:
            return None
    return value
