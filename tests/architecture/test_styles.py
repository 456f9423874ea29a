"""Style sheets use the type scale of tokens.css."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
# The root's size scales the whole page: the poster on paper, and a page that is projected.
SCALED = re.compile(r":root[^{}]*\{[^{}]*\}")
# Projected pages have sizes of their own.
SHEETS = sorted(path.name for path in CSS.glob("*.css") if path.name != "modes.css")


@pytest.mark.parametrize("name", SHEETS)
def test_every_font_size_is_of_the_scale(name):
    sheet = SCALED.sub("", (CSS / name).read_text())
    sizes = [
        *re.findall(r"font-size:\s*([^;}]+)", sheet),
        *(size for size in re.findall(r"font:\s*([^;}]+)", sheet) if "inherit" not in size),
    ]
    assert not [size for size in sizes if "var(--" not in size]
