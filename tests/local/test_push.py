"""`wakeline push` decides what to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.push import _find, _fresh, _State


class Server:
    """Has these sessions."""

    def __init__(self, *has: str) -> None:
        self.has = has

    def lacks(self, session_id: str) -> bool:
        return session_id not in self.has


@pytest.mark.parametrize(
    ("has", "sent"),
    [
        ("abcd", ["new"]),
        # One was deleted there: that is no reason to send all again.
        ("abc", ["new"]),
        ("d", ["new"]),
        ("", ["a", "b", "c", "d", "new"]),
    ],
)
def test_all_is_sent_again_to_a_server_that_has_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has: str, sent: list[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    state = _State("http://127.0.0.1:1", "key")
    for name in "abcd":
        (tmp_path / f"{name}.jsonl").write_text("{}\n")
    for transcript in _find([tmp_path]):
        state.remember(transcript)
    (tmp_path / "new.jsonl").write_text("{}\n")
    found = list(_find([tmp_path]))
    fresh = _fresh(Server(*has), state, found)  # type: ignore[arg-type]
    assert [each.id for each in fresh] == sent
