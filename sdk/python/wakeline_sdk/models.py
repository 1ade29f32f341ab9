"""Recording the calls of model clients, by instance: only the object you wrap is changed, no class and no module.

`wrap_anthropic(Anthropic())`, `wrap_openai(OpenAI())`, `wrap_bedrock(boto3.client("bedrock-runtime"))` return the same
object. Synchronous and asynchronous clients, plain and streamed responses. What the wrapper cannot read it leaves out.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, TypeVar

from . import readers
from .readers import Reader
from .tracing import Span

log = logging.getLogger("wakeline_sdk")
C = TypeVar("C")


def wrap_anthropic(client: C) -> C:
    """Record `messages.create`, streamed or not, and `messages.stream` of an `anthropic` client, and of its `beta`."""
    for messages in ("messages", "beta.messages"):
        _wrap(client, f"{messages}.create", readers.Anthropic)
        _wrap(client, f"{messages}.stream", readers.AnthropicManaged)
    return client


def wrap_openai(client: C) -> C:
    """Record `chat.completions.create` and `responses.create` of an `openai` client; both may stream."""
    _wrap(client, "chat.completions.create", readers.OpenAIChat)
    _wrap(client, "responses.create", readers.OpenAIResponses)
    return client


def wrap_bedrock(client: C) -> C:
    """Record `converse` and `converse_stream` of a boto3 `bedrock-runtime` client."""
    _wrap(client, "converse", readers.Bedrock)
    _wrap(client, "converse_stream", readers.Bedrock)
    return client


def _wrap(client: Any, path: str, reader: type[Reader]) -> None:
    *owners, name = path.split(".")
    owner = client
    for each in owners:
        owner = getattr(owner, each, None)
    method = getattr(owner, name, None)
    if method is None or getattr(method, "_wakeline", False):
        return
    wrapped = _recording(method, reader)
    wrapped._wakeline = True  # type: ignore[attr-defined]
    setattr(owner, name, wrapped)


def _recording(method: Callable[..., Any], reader: type[Reader]) -> Callable[..., Any]:
    def begin(asked: dict[str, Any]) -> Call:
        return Call(reader(asked))

    if inspect.iscoroutinefunction(inspect.unwrap(method)):

        @functools.wraps(method)
        async def asynchronous(*args: Any, **asked: Any) -> Any:
            call = begin(asked)
            try:
                return call.answered(await method(*args, **asked))
            except BaseException as error:
                call.failed(error)
                raise

        return asynchronous

    @functools.wraps(method)
    def synchronous(*args: Any, **asked: Any) -> Any:
        call = begin(asked)
        try:
            return call.answered(method(*args, **asked))
        except BaseException as error:
            call.failed(error)
            raise

    return synchronous


class Call:
    """A call under way. Its span ends when the whole answer is there: of a stream, when that ends."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ended = False
        said = _safely(reader.question) or {}
        self._span = Span(said.pop("name", None), kind="llm_call", **said)
        self._span.begin()

    def answered(self, answer: Any) -> Any:
        """Take the answer in; what the caller gets instead of it."""
        if self._reader.managed:
            return Managed(answer, self)
        stream = self._reader.stream_in(answer)
        if stream is None:
            _safely(self._reader.whole, answer)
            self._end()
            return answer
        watched = AsyncWatched(stream, self) if hasattr(stream, "__aiter__") else Watched(stream, self)
        return self._reader.with_stream(answer, watched)

    def part(self, piece: Any) -> None:
        """A piece of a streamed answer."""
        _safely(self._reader.part, piece)

    def whole(self, answer: Any) -> None:
        """All that there will be of an answer."""
        _safely(self._reader.whole, answer)

    def failed(self, error: BaseException) -> None:
        """It raised."""
        self._span.error = f"{type(error).__name__}: {error}"[:4000]
        self._end()

    def ended(self) -> None:
        """The stream is over, or nobody reads on."""
        self._end()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._span.output = self._reader.output
        self._span.usage = {name: value for name, value in self._reader.usage.items() if value is not None}
        self._span.model = self._reader.model or self._span.model
        self._span.end()


class Watched:
    """A stream that tells its call what passes through. Everything else is the stream's own."""

    def __init__(self, stream: Any, call: Call) -> None:
        self._stream, self._call = stream, call

    def __iter__(self) -> Iterator[Any]:
        try:
            for piece in self._stream:
                self._call.part(piece)
                yield piece
        except BaseException as error:
            if not isinstance(error, GeneratorExit):
                self._call.failed(error)
            raise
        finally:
            self._call.ended()

    def __enter__(self) -> Any:
        if hasattr(self._stream, "__enter__"):
            self._stream.__enter__()
        return self

    def __exit__(self, *about: Any) -> Any:
        self._call.ended()
        return self._stream.__exit__(*about) if hasattr(self._stream, "__exit__") else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class AsyncWatched:
    """The same for an asynchronous stream."""

    def __init__(self, stream: Any, call: Call) -> None:
        self._stream, self._call = stream, call

    async def __aiter__(self) -> AsyncIterator[Any]:
        try:
            async for piece in self._stream:
                self._call.part(piece)
                yield piece
        except BaseException as error:
            if not isinstance(error, GeneratorExit):
                self._call.failed(error)
            raise
        finally:
            self._call.ended()

    async def __aenter__(self) -> Any:
        if hasattr(self._stream, "__aenter__"):
            await self._stream.__aenter__()
        return self

    async def __aexit__(self, *about: Any) -> Any:
        self._call.ended()
        return await self._stream.__aexit__(*about) if hasattr(self._stream, "__aexit__") else None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class Managed:
    """A context manager that opens a stream and gathers it itself: what it gathered is read when it closes."""

    def __init__(self, manager: Any, call: Call) -> None:
        self._manager, self._call = manager, call
        self._opened: Any = None

    def __enter__(self) -> Any:
        self._opened = self._manager.__enter__()
        return self._opened

    def __exit__(self, kind: Any, error: BaseException | None, tb: Any) -> Any:
        self._close(error)
        return self._manager.__exit__(kind, error, tb)

    async def __aenter__(self) -> Any:
        self._opened = await self._manager.__aenter__()
        return self._opened

    async def __aexit__(self, kind: Any, error: BaseException | None, tb: Any) -> Any:
        self._close(error)
        return await self._manager.__aexit__(kind, error, tb)

    def _close(self, error: BaseException | None) -> None:
        self._call.whole(self._opened)
        if error is not None:
            self._call.failed(error)
        self._call.ended()


def _safely(read: Callable[..., Any], *given: Any) -> Any:
    """Read, or nothing: a client of a new version may answer what nobody here has seen."""
    try:
        return read(*given)
    except Exception:
        log.debug("wakeline: an answer could not be read", exc_info=True)
        return None
