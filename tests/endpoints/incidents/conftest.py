"""Incidents of a workspace."""

import pytest

from tests.endpoints.failing import denied, refused


@pytest.fixture
def incident(stack, workspace):
    """An incident of trc_1, as the API shows it."""
    return opened(stack, workspace, "trc_1", denied())


def opened(stack, workspace, trace_id, events, **facts):
    workspace.trace(trace_id, events, **facts)
    return stack.call("POST", f"/api/traces/{trace_id}/analyze", key=workspace.writer).json["incidents"][0]


@pytest.fixture
def several(stack, workspace):
    """Three incidents, the last seen last: two of proj_1, one of proj_2."""
    return [
        opened(stack, workspace, "trc_1", denied(), agent="deployer"),
        opened(stack, workspace, "trc_2", refused(), agent="planner"),
        opened(stack, workspace, "trc_3", denied(), project_id="proj_2", agent="deployer"),
    ]
