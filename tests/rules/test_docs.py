"""Pages that nobody is led to are not read, and a merge may put a list's two versions below each other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [page.name for page in (ROOT / "docs").glob("*.md")]
    assert pages
    assert [name for name in pages if f"| [docs/{name}](docs/{name}) |" not in readme] == []


def test_the_changelog_has_no_entry_twice():
    entries = re.findall(r"^- .+", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert entries
    assert sorted({entry for entry in entries if entries.count(entry) > 1}) == []
