"""What a successful Write, Edit, MultiEdit or NotebookEdit changed."""

import hashlib
from typing import Any

from .line_diff import changed_lines, count_lines, patched_lines
from .shape import items, mapping, text
from .walk import ToolUse

FILE_TOOLS = ("Write", "Edit", "MultiEdit", "NotebookEdit")


def file_change(tool: ToolUse, outcome: Any, result: str, known_paths: set[str]) -> dict[str, Any] | None:
    """The file_change payload of a call that did not fail, or None when it changed no file.

    `outcome` is the structured result (`toolUseResult`), which says most; where it is missing, as in stream-json of
    some versions, the tool's own arguments say what it did. `result` is the text the model was shown; `known_paths` are
    files that this transcript read or wrote before, which a write therefore modifies.
    """
    told = mapping(outcome)
    if tool.name not in FILE_TOOLS or text(told.get("error")):
        return None
    wanted = tool.arguments
    path = text(told.get("filePath")) or text(wanted.get("file_path")) or text(wanted.get("notebook_path"))
    if path is None:
        return None
    if tool.name == "Write":
        change = _written(told, wanted, result, path in known_paths)
    elif tool.name == "NotebookEdit":
        change = _notebook(told, wanted)
    else:
        change = _edited(told, wanted, path in known_paths)
    return {"path": path, **change}


def _written(told: dict[str, Any], wanted: dict[str, Any], result: str, known: bool) -> dict[str, Any]:
    content = _string(told.get("content"), wanted.get("content"))
    original = told.get("originalFile")
    kind = told.get("type")
    if kind not in ("create", "update"):
        kind = "update" if isinstance(original, str) or _says_updated(result, known) else "create"
    counts = patched_lines(told.get("structuredPatch"))
    if counts is None and kind == "update" and isinstance(original, str):
        counts = changed_lines(original, content)
    additions, deletions = counts or (count_lines(content), 0)
    return {
        "action": "created" if kind == "create" else "modified",
        "additions": additions,
        "deletions": deletions,
        "content_sha256": hashlib.sha256(content.encode()).hexdigest(),
    }


def _says_updated(result: str, known: bool) -> bool:
    if "created successfully" in result[:200]:
        return False
    return known or "has been updated" in result[:500]


def _edited(told: dict[str, Any], wanted: dict[str, Any], known: bool) -> dict[str, Any]:
    edits = [mapping(edit) for edit in items(told.get("edits")) or items(wanted.get("edits"))] or [{**wanted, **told}]
    original = _string(told.get("originalFile"), told.get("originalFileContents"))
    additions = deletions = 0
    for edit in edits:
        old = _string(edit.get("oldString"), edit.get("old_string"))
        new = _string(edit.get("newString"), edit.get("new_string"))
        added, removed = changed_lines(old, new)
        everywhere = (edit.get("replaceAll") or edit.get("replace_all")) is True
        times = max(1, original.count(old)) if everywhere and old else 1
        additions += added * times
        deletions += removed * times
    first = edits[0]
    # An edit of nothing is how these tools create a file.
    creates = not original and not known and not _string(first.get("oldString"), first.get("old_string"))
    additions, deletions = patched_lines(told.get("structuredPatch")) or (additions, deletions)
    return {"action": "created" if creates else "modified", "additions": additions, "deletions": deletions}


def _notebook(told: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """A replaced or deleted cell's old source is not in the transcript, so its lines cannot be counted."""
    mode = text(told.get("edit_mode")) or text(wanted.get("edit_mode")) or "replace"
    source = _string(told.get("new_source"), wanted.get("new_source"))
    return {"action": "modified", "additions": 0 if mode == "delete" else count_lines(source), "deletions": 0}


def _string(*candidates: Any) -> str:
    return next((value for value in candidates if isinstance(value, str)), "")
