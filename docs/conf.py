"""Configuration of Sphinx: `make docs` builds the documentation into var/docs, strictly."""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")

import reference  # noqa: E402
from django.conf import settings  # noqa: E402

project = "Walls of ML systems"
author = "the mlsysweb authors"
version = release = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
extensions = ["myst_parser"]
exclude_patterns = ["*.ipynb"]
nitpicky = True
myst_heading_anchors = 3
myst_enable_extensions = ["substitution"]
# The terms of the settings, so that the privacy page cannot disagree with what `manage.py prune` does.
myst_substitutions = {f"{kind}_days": str(days) for kind, days in settings.KEEP_DAYS.items()} | {
    "account_days": str(settings.ACCOUNT_SESSION_AGE // 86_400)
}
html_theme = "furo"
html_title = project
html_copy_source = False
html_show_sphinx = False


def setup(app: Any) -> None:
    """Write the solver reference before Sphinx reads its sources."""
    app.connect("builder-inited", lambda app: reference.write(Path(app.srcdir) / "reference"))
