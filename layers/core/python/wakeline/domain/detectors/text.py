"""What the words of an agent say: the phrases the detectors share, and how texts are cut and compared.

All patterns are English and about conduct ("I have verified", "assuming", "could not find"), never about a subject.
They are ASCII patterns: what counts as a letter beyond it depends on the Python version, and an analysis must not.
"""

import json
import re
from typing import Any

HEAD = 6000
TAIL = 3000
"""Characters read of a long text: its beginning and its end. What a run claims or what broke stands there."""

FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL | re.ASCII)

CONJECTURE = re.compile(
    r"\b(placeholder|hypothetical(?:ly)?|assum(?:e|es|ed|ing)|dummy|mock(?:ed)?|made[- ]up|simulated?|"
    r"(?:sample|example|fictitious) (?:data|dataset|list|values?))\b|X{3,}|\bpath/to\b|\bexample\.com\b|"
    r"\byour[_-](?:api|key|token)|\(replace\b",
    re.IGNORECASE | re.ASCII,
)
"""Words and spellings of a value that stands in for one nobody has."""

CLAIMS_DEED = re.compile(
    r"\b(?:I|we) have (?:now |successfully |already |carefully |also |thoroughly )*"
    r"(?:reviewed|retrieved|located|verified|confirmed|found|identified|obtained|checked|accessed|analy[sz]ed|"
    r"watched|examined|counted|tested|run)\b",
    re.IGNORECASE | re.ASCII,
)

CLAIMS_SUCCESS = re.compile(
    r"\b(?:successfully|all (?:\w+ ){0,3}(?:pass(?:ed|es|ing)?|work(?:s|ing)?|done|met|satisfied)|"
    r"(?:is|are|has been|have been|now) (?:now |fully |all )*(?:complete[d]?|done|working|fixed|booked|ready|"
    r"implemented|finished|resolved|installed|processed|confirmed|updated|cancel+ed)|"
    r"(?:task|request|work|implementation|solution) (?:is |was )?(?:\w+ ){0,2}complete[d]?|final answer|"
    r"works (?:correctly|perfectly|as expected)|everything (?:is|works)|TERMINATE)\b|✅|"
    r"^[^\w\n]*(?:done|finished|created|implemented|fixed|built|added)\b",
    re.IGNORECASE | re.MULTILINE | re.ASCII,
)

CLAIMS_TESTED = re.compile(
    r"\b(?:(?:all|the|\d+) (?:\w+ ){0,3}(?:tests?|checks?|specs?) (?:now |have |all )*(?:pass(?:ed|es|ing)?|succeed)|"
    r"tests? (?:are |is )?(?:all )?(?:green|passing)|(?:tested|verified) (?:and|that|to|with|by|successfully))\b",
    re.IGNORECASE | re.ASCII,
)

ADMITS = re.compile(
    r"\b(?:could ?n[o']t|can ?not|can't|unable to|did ?n[o']t (?:work|succeed|find|complete)|fail(?:ed|s|ing|ure)?|"
    r"not (?:able|possible|available|found|complete|finished|yet)|unfortunately|incomplete|timed? ?out|limitations?|"
    r"partially|unresolved|not support(?:ed)?|do(?:es)? not (?:have|exist|support))\b",
    re.IGNORECASE | re.ASCII,
)

GIVES_UP = re.compile(
    r"\b(?:(?:I|we)(?: am|'m| are|'re)? (?:unable|not able) to|(?:I|we) (?:can ?not|can't|could ?n[o']t|was unable to)"
    r" (?:\w+ ){0,4}(?:complete|find|finish|continue|proceed|determine|access|obtain|locate)|giving up|give up|"
    r"beyond (?:my|our) (?:ability|capabilit))",
    re.IGNORECASE | re.ASCII,
)

FAILURE = re.compile(
    r"exit ?code:? *[1-9]|Traceback \(most recent call last\)|^[ \t]*(?:[\w.]{0,80}Error|error|fatal|FATAL|"
    r"Exception)\b\s*[:\[(]|"
    r"command not found|No such file or directory|\bFAILED\b|npm ERR!|Segmentation fault|Permission denied|"
    r"execution failed|\b[1-9]\d* (?:failed|errors?)\b",
    re.MULTILINE | re.ASCII,
)
"""A tool's output that says it went wrong, where the tool did not mark it so."""

NOTHING = re.compile(
    r"^\W*(?:\[\s*\]|\{\s*\}|none|null|n/?a|no (?:\S+ ){0,4}(?:found|results?|match(?:es)?)\b.*)?\W*$|"
    r"\b(?:not found|no (?:\S+ ){0,3}(?:found|available|results)|could not find|empty result)\b",
    re.IGNORECASE | re.ASCII,
)

AUTOMATIC = re.compile(
    r"^\W*(?:there (?:is|was|are) no|no|nothing) (?:\w+ ){0,2}(?:code|input|command|task|to)\b", re.I | re.ASCII
)
"""A party that answers only that it was given nothing to do."""

STUCK = re.compile(
    r"\bin_loop\b[^{}]{0,20}\{[^{}]*?\banswer\W{1,4}true\b|\bstalled\b|\bgoing (?:round )?in circles\b|"
    r"\b(?:we|I)(?: are|'re| am|'m)? (?:still )?(?:stuck|repeating (?:the same|ourselves|similar))\b|"
    r"\bno (?:further |real )?progress (?:is|was|has|being)\b",
    re.IGNORECASE | re.ASCII,
)

LIMIT = re.compile(
    r"\bmax(?:imum)?[ _-]?(?:number of )?(?:rounds?|turns?|steps?|iterations?|tokens?|messages?|time|duration|cost)\b|"
    r"\b(?:step|turn|token|time|round|iteration|message|context|cost|rate)s?[ _-]limit\b|\btimed? ?out\b|"
    r"\b(?:budget exhausted|deadline (?:exceeded|reached))\b",
    re.IGNORECASE | re.ASCII,
)

ANNOUNCES = re.compile(
    r"(?:\b(?:I will|I'll|let me(?! know)|let's|next,? (?:I|we)|now,? (?:I|we)|(?:I|we) (?:will|need to|should) now|"
    r"need to|(?:I'm|I am) going to)\b[^.!?\n]*[.!:…]*\s*)\Z",
    re.IGNORECASE | re.ASCII,
)
"""A text whose last sentence announces a next step."""

ASSENT = re.compile(
    r"\b(?:yes|yeah|yep|sure|confirm(?:ed)?|proceed|go ahead|ok(?:ay)?|please do|correct|sounds good|agreed?|"
    r"that works|absolutely|definitely|do it)\b",
    re.IGNORECASE | re.ASCII,
)

CHECKS = re.compile(
    r"\b(?:pytest|unittest|tox|nox|jest|vitest|mocha|rspec|phpunit|ctest|cargo (?:test|check|clippy|run)|"
    r"go (?:test|vet)|"
    r"(?:npm|yarn|pnpm)(?: run)? (?:test|lint|build|check)|make(?: \w+)? ?(?:test|check)|mvn|gradle\w*|"
    r"dotnet test|mypy|"
    r"ruff|tsc|eslint|test\w*\.(?:py|sh|js|ts|rb)|verif\w*|validat\w*|diff|cmp|curl|python3? |node |bash |"
    r"sh )|(?<!\S)\./",
    re.IGNORECASE | re.ASCII,
)
"""A command that runs or checks something."""

TESTS = re.compile(
    r"\b(?:pytest|unittest|tox|nox|jest|vitest|mocha|rspec|phpunit|ctest|cargo test|go test|"
    r"(?:npm|yarn|pnpm)(?: run)? test|make(?: \w+)? ?(?:test|check)|mvn|gradle\w*|tests?|test_\w+|run_\w*tests?|"
    r"verif\w+|check|check_\w+)\b",
    re.IGNORECASE | re.ASCII,
)

HANDS_ON = re.compile(r"transfer|hand_?(?:off|over)|escalate", re.IGNORECASE | re.ASCII)
"""A tool that gives the matter to somebody else: a proper end."""

_READS = (
    "get",
    "list",
    "read",
    "search",
    "find",
    "fetch",
    "view",
    "grep",
    "glob",
    "ls",
    "query",
    "lookup",
    "show",
    "calculate",
    "think",
    "transfer",
    "describe",
    "check",
    "web",
    "browse",
    "todo",
    "task",
)
_SHELLS = frozenset(
    {"bash", "shell", "terminal", "python", "exec", "execute", "run", "bashoutput", "ipython", "computer"}
)


def command_of(arguments: Any) -> str:
    """The shell command in a call's arguments, at most 4000 characters; empty where there is none."""
    if isinstance(arguments, dict):
        for name in ("command", "cmd", "script"):
            value = arguments.get(name)
            if isinstance(value, str):
                return value[:4000]
    return ""


def does_nothing(arguments: Any) -> bool:
    """Whether a call's command is none: a no-op of the shell (`:`, with whatever arguments, or `true`), or a remark in
    its place: it begins with a sign that begins no command (`:) done`, `, and so on`).
    """
    return bool(_NO_COMMAND.match(command_of(arguments)))


_NO_COMMAND = re.compile(r"\s*(?::|true\s*\Z|[,;)\]}…–—·•?]|[-*+=>|&](?:\s|\Z))", re.ASCII)

NEVER_RAN = re.compile(
    r"\bcommand not found\b|\bsyntax error near unexpected token\b|\bunexpected EOF while looking for\b", re.ASCII
)
"""A shell that could not start what it was given: that says nothing about what was to be checked."""


def changes_state(tool: str) -> bool:
    """Whether a tool, by its name, does something in the world: neither a reader nor a shell, which may do anything."""
    name = tool.lower().replace("-", "_")
    return bool(name) and not name.startswith(_READS) and name not in _SHELLS


_WORD = re.compile(r"[a-z0-9]+", re.ASCII)
_STOP = frozenset(
    re.findall(
        r"\w+",
        "a an and any are as at be before but by do for from if in into is it its me my no not of off on one only or "
        "our so that the their them then there these this to up us use using via was we what when which while will "
        "with you your",
        flags=re.ASCII,
    )
)


def clip(text: str) -> str:
    """The beginning and the end of a text, at most HEAD + TAIL characters and a mark between them."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n…\n{text[-TAIL:]}"


def spell(value: Any) -> str:
    """A payload's value as text: strings as they are, None as nothing, the rest as JSON with sorted keys."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clip(value)
    return clip(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))


def prose(text: str) -> str:
    """The text without its fenced code."""
    return FENCE.sub(" ", text)


def stems(text: str) -> list[str]:
    """The meaning-bearing words in order, lower case, without the endings that change with grammar."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _STOP]


def _stem(word: str) -> str:
    for ending in ("ations", "ation", "ions", "ings", "ing", "ion", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] else word


def signature(text: str) -> str:
    """A text by its kind: digits, quoted text, paths and long ids taken out, so that the same fault reads the same."""
    text = re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", "_", text[:400].lower(), flags=re.ASCII)
    text = re.sub(r"(?<![\w.~-])(?:[\w.~-]*/)+[\w.-]*|\b[0-9a-f]{8,}\b", "_", text, flags=re.ASCII)
    return " ".join(re.sub(r"\d+", "0", text, flags=re.ASCII).split())[:160]


def excerpt(text: str, length: int = 120) -> str:
    """One line of at most `length` characters, for an explanation."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
