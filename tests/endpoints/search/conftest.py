"""What is recorded in these tests is indexed on the spot, as the worker would do it a moment later."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.endpoints.stack import Workspace
from wakeline.domain.feed import Appended
from wakeline.services import search_index
from wakeline.wiring import find


def index(workspace: Workspace, *trace_ids: str) -> int:
    """Bring traces up to date in the index; how many documents were new."""

    def failed(error: Exception) -> None:
        raise error

    appended = [Appended(workspace.id, trace_id, 0, 10**6) for trace_id in trace_ids]
    return search_index.index(find.indexer(failed), workspace.id, appended)


@pytest.fixture
def record(workspace: Workspace) -> Callable[..., str]:
    """Record a trace of these events, or of messages by the user, and index it."""

    def recorded(trace_id: str, events: Iterable[dict[str, Any] | str], **facts: Any) -> str:
        said = [
            {"type": "user_message", "payload": {"content": each}} if isinstance(each, str) else each for each in events
        ]
        workspace.trace(trace_id, said, **facts)
        index(workspace, trace_id)
        return trace_id

    return recorded
