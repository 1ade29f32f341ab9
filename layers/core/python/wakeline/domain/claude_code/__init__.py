"""Claude Code transcripts: JSON Lines from `~/.claude/projects` or `--output-format stream-json`, as ledger events.

The format is internal to Claude Code and changes; it is read tolerantly, and what is not understood is kept as
`custom.claude_code.<type>`. Field names follow skillsynchq/txcript, d-kimuson/claude-code-viewer and
daaain/claude-code-log.
"""

from .data import decode
from .mapping import Mapped, map_lines
from .transcript import BadLine, Digest, Line, Transcript, digest, read
from .usage import Price, Usage

__all__ = [
    "BadLine",
    "Digest",
    "Line",
    "Mapped",
    "Price",
    "Transcript",
    "Usage",
    "decode",
    "digest",
    "map_lines",
    "read",
]
