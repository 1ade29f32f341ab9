"""Runs the template's Lambda handlers in this process, imported from the template's own code folders."""

from __future__ import annotations

import importlib
import json
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.streaming import application, streams
from local.template import Function, Template

MAX_PAYLOAD = 6 * 1024 * 1024
"""Bytes of a buffered request or response that Lambda takes."""


class PayloadTooLarge(Exception):
    """An event or an answer over Lambda's 6 MB."""


@dataclass
class Context:
    """What Lambda hands a handler beside the event."""

    function_name: str
    memory_limit_in_mb: int
    invoked_function_arn: str
    aws_request_id: str
    deadline: float
    function_version: str = "$LATEST"
    log_group_name: str = "local"
    log_stream_name: str = "local"
    identity: None = None
    client_context: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout; a local handler that overruns it is not stopped."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class Functions:
    """The functions of a template, imported on first use."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.all = {function.logical_id: function for function in template.functions()}
        self._by_arn = {function.arn: function for function in self.all.values()}
        self._handlers: dict[str, Callable[[Any, Context], Any]] = {}
        layer = template.path.parent / "layers" / "core" / "python"
        for folder in {str(function.code) for function in self.all.values()} | {str(layer)}:
            if folder not in sys.path and Path(folder).is_dir():
                sys.path.insert(0, folder)

    def by_arn(self, arn: str) -> Function | None:
        """The function with this ARN, if it is one of the template's."""
        return self._by_arn.get(arn)

    def handler(self, function: Function) -> Callable[[Any, Context], Any]:
        """The handler, imported now if it was not yet. Raises what the import raises."""
        found = self._handlers.get(function.handler)
        if found is None:
            module, _, name = function.handler.rpartition(".")
            found = self._handlers[function.handler] = getattr(importlib.import_module(module), name)
        return found

    def warm(self) -> None:
        """Import every handler; one that fails to import says so when it is called."""
        for function in self.all.values():
            try:
                application(function) if streams(function) else self.handler(function)
            except Exception as error:
                print(f"{function.logical_id} cannot be imported: {error!r}", file=sys.stderr)

    def invoke(self, function: Function, event: Any, request_id: str | None = None) -> Any:
        """Run a handler in this thread. Event and answer pass through JSON, as on AWS, so neither is shared.

        Raises PayloadTooLarge, and whatever the handler raises.
        """
        handler = self.handler(function)
        text = json.dumps(event)
        http = any(each.kind == "Api" for each in function.events)
        # The gateway has measured an HTTP request by its own bytes.
        if not http and len(text) > MAX_PAYLOAD:
            raise PayloadTooLarge(f"an event of {len(text)} bytes")
        context = Context(
            function_name=function.name,
            memory_limit_in_mb=function.memory,
            invoked_function_arn=function.arn,
            aws_request_id=request_id or str(uuid.uuid4()),
            deadline=time.monotonic() + function.timeout,
        )
        answer = handler(json.loads(text), context)
        # As the runtime of Python 3.12 and later writes it: UTF-8, not escapes.
        encoded = json.dumps(answer, ensure_ascii=False)
        size = len(encoded.encode(errors="surrogatepass"))
        if size > MAX_PAYLOAD:
            raise PayloadTooLarge(f"an answer of {size} bytes")
        return json.loads(encoded)
