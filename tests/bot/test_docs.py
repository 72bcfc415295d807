"""What the docs promise exists, and what exists is documented."""

from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_documented(name):
    assert f"`BATON_{name.upper()}`" in (ROOT / "docs/settings.md").read_text()


def test_every_test_that_the_docs_name_exists():
    import re

    for page in (ROOT / "docs").glob("*.md"):
        for file, name in re.findall(r"`((?:tests|widget)/[\w./-]+\.(?:py|tsx?)): ([^`]+)`", page.read_text()):
            assert name in (ROOT / file).read_text(), f"{page.name} names {name} of {file}"


def test_every_link_between_documents_leads_somewhere():
    import re

    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]:
        prose = re.sub(r"`[^`]*`", "", page.read_text())  # code may look like a link
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", prose):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
