"""Nothing of a contributor's machine or of where packages come from is in a tracked file, and pins are whole."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Written so that the patterns do not find themselves.
FORBIDDEN = re.compile(
    r"py[p]i\.org|pythonh[o]sted|registry\.n[p]mjs|n[p]mjs\.com|deb\.de[b]ian|repo1?\.ma[v]en|proxy\.go[l]ang"
    r"|(?<![\w.-])/(?:wo[r]k|fa[r]m|ro[o]t)/"
)


def leaks(text: str) -> list[str]:
    """What a text says of hosts or machines that it should not."""
    return [match.group() for match in FORBIDDEN.finditer(text)]


def unpinned(requirements: str) -> list[str]:
    """Lines of a pin file that are not `name==version` with at least one hash, and options that name an index."""
    joined = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^\s*#.*\n?", "", requirements))
    whole = re.compile(r"[\w.-]+(\[[\w, -]+\])?==[\w.!+-]+ *(;.*?)?(--hash=sha256:[0-9a-f]{64} *)+")
    return [line[:80] for line in joined.splitlines() if line.strip() and not whole.fullmatch(line.strip())]


def tracked() -> list[Path]:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for name in names.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_hosts_and_no_machines():
    texts = {str(path): path.read_text(errors="replace") for path in tracked()}
    assert {name: found for name, text in texts.items() if (found := leaks(text))} == {}


def test_pins_are_whole():
    files = sorted((ROOT / "requirements").glob("*.txt"))
    assert [path.stem for path in files] == ["dev", "local", "runtime", "tools"]
    assert {path.name: found for path in files if (found := unpinned(path.read_text()))} == {}


def test_the_venvs_agree():
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        return {pin[0]: pin[1] for pin in re.findall(r"(?m)^([\w.-]+)(?:\[.*\])?==(\S+)", text)}

    for smaller, larger in (("runtime", "local"), ("local", "dev")):
        assert pins(smaller).items() <= pins(larger).items()


@pytest.mark.parametrize(
    "text", ["see https://py" + "pi.org/x", "cd /wo" + "rk/main", "'/ro" + "ot/.venv'", "files.python" + "hosted.org"]
)
def test_a_leak_is_found(text):
    assert leaks(text)


def test_a_word_is_no_leak():
    assert leaks("a/wo" + "rk/b, network/, ./ro" + "ot/x, the work") == []


def test_a_loose_pin_is_found():
    pin = "a==1.0 ; python_version < '3.12' \\\n    --hash=sha256:" + "0" * 64 + "\n"
    assert unpinned("# made by\n" + pin) == []
    assert unpinned("a[b, c]==1.0 \\\n    --hash=sha256:" + "0" * 64) == []
    assert unpinned("a==1.0\n" + pin) == ["a==1.0"]
    assert unpinned("--index-url https://x\nb>=2") == ["--index-url https://x", "b>=2"]
