"""File changes summed up per path."""

import pytest

from tests.unit.domain.views.made import made, shown
from wakeline.domain.views.file_changes import FileChanges
from wakeline.domain.views.room import Room


def change(path, action="modified", additions=1, deletions=0):
    said = {"path": path, "action": action, "additions": additions, "deletions": deletions}
    return {"type": "file_change", "payload": said}


def test_per_path_in_the_order_of_the_first_change():
    items = shown(
        FileChanges(Room()), made(change("b", additions=2), change("a", deletions=4), change("b", additions=None))
    )
    assert items == [
        {"path": "b", "action": "modified", "additions": 2, "deletions": 0},
        {"path": "a", "action": "modified", "additions": 1, "deletions": 4},
    ]


@pytest.mark.parametrize(
    ("actions", "together"),
    [
        (["created", "modified"], "created"),
        (["modified", "deleted"], "deleted"),
        (["created", "modified", "deleted"], "deleted"),
        (["deleted", "created"], "modified"),
        (["deleted", "modified"], "modified"),
        (["renamed", "modified"], "renamed"),
        (["modified", "renamed"], "renamed"),
    ],
)
def test_actions_add_up(actions, together):
    (item,) = shown(FileChanges(Room()), made(*(change("a", action) for action in actions)))
    assert item["action"] == together


def test_an_erased_change_is_no_path():
    assert shown(FileChanges(Room()), made({"type": "file_change", "payload": None})) == []
