"""The documentation builds without a warning, which a link that leads nowhere is, and loads nothing from elsewhere."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mlsysweb.environment import VARIABLES
from solvers.registry import solvers

ROOT = Path(__file__).parents[1]


class Loaded(HTMLParser):
    """Collects the addresses that a page loads: scripts, style sheets, pictures and frames."""

    def __init__(self):
        super().__init__()
        self.addresses = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("script", "img", "iframe", "source", "video", "audio", "embed"):
            self.addresses.append(given.get("src"))
        if tag == "link" and given.get("rel") not in ("index", "search", "next", "prev", "canonical"):
            self.addresses.append(given.get("href"))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build the documentation as `make docs` does."""
    folder = tmp_path_factory.mktemp("docs")
    strict = ["--quiet", "--fail-on-warning", "--keep-going", "--doctree-dir", str(folder / "trees")]
    command = [sys.executable, "-m", "sphinx", *strict, "docs", str(folder / "site")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return folder / "site"


def test_every_solver_has_a_page_with_its_inputs_and_equations(built):
    for name, solver in solvers().items():
        text = (built / f"reference/{name}.html").read_text()
        assert all(f">{each}<" in text for each in (*solver.inputs, *solver.outputs))
        assert text.count("<math") == len(solver.equations)


def test_every_setting_is_in_the_operator_guide(built):
    text = (built / "operator.html").read_text()
    assert all(each.name in text for each in VARIABLES)


def test_no_page_loads_anything_from_another_host(built):
    pages = list(built.rglob("*.html"))
    assert len(pages) > len(solvers())
    for page in pages:
        loaded = Loaded()
        loaded.feed(page.read_text())
        assert loaded.addresses
        assert not [a for a in loaded.addresses if a and re.match(r"(https?:)?//", a)], page
    sheets = [*built.rglob("*.css"), *built.rglob("*.js")]
    assert not [
        s for s in sheets if re.search(r"(url\(|@import |import\(|fetch\()\s*[\"']?(https?:)?//", s.read_text())
    ]


def test_the_makefile_builds_it_as_strictly():
    made = (ROOT / "Makefile").read_text()
    assert "sphinx-build --quiet --fail-on-warning --keep-going" in made
