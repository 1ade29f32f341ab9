"""What the tests of artifacts share."""

import pytest

PATH = "/api/traces/trc_1/artifacts"


@pytest.fixture
def send(stack, workspace, monkeypatch):
    """Send to the artifacts of trc_1; bytes go as a raw body."""
    monkeypatch.setenv("S3_PUBLIC_ENDPOINT", "http://127.0.0.1:9")
    workspace.trace("trc_1")

    def send(body=None, path=PATH, key=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return stack.call("POST", path, key=key or workspace.writer, body=body, headers=named)

    return send
