"""`make dev` shows edits at once; `make serve` does not use its settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from mlsysweb import settings as production
from mlsysweb import settings_dev

ROOT = Path(__file__).parents[2]


@pytest.fixture
def developing(settings, tmp_path):
    """Use the settings of `make dev`, with a folder of static files to edit."""
    for name in ("WHITENOISE_AUTOREFRESH", "WHITENOISE_USE_FINDERS"):  # the tests' own: they would hide a mistake
        delattr(settings, name)
    for name, value in vars(settings_dev).items():
        if name.isupper() and value != getattr(production, name, None):
            setattr(settings, name, value)
    settings.STATICFILES_DIRS = [tmp_path]
    return tmp_path


def test_an_edited_style_sheet_is_served_at_once_without_collectstatic(developing):
    sheet, client = developing / "edited.css", Client()
    for text in ("p { color: red }", "p { color: blue }"):
        sheet.write_text(text)
        answer = client.get("/static/edited.css")
        assert answer.getvalue().decode() == text
        assert answer["Cache-Control"].startswith("max-age=0")


@pytest.mark.usefixtures("catalog")
def test_a_page_links_style_sheets_by_the_names_they_are_edited_under(developing):
    developing.rmdir()
    assert 'href="/static/css/tokens.css"' in Client().get("/").content.decode()


def test_production_never_debugs_whatever_the_environment_says():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "mlsysweb.settings_dev", "DEBUG": "1"}
    told = "named:\n\t@echo $$DJANGO_SETTINGS_MODULE"
    made = subprocess.run(["make", "-s", "--eval", told, "named"], cwd=ROOT, env=environment, capture_output=True)
    assert made.stdout.decode().strip() == "mlsysweb.settings"
    code = "from mlsysweb import settings; assert settings.DEBUG is False"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment).returncode == 0
    assert not production.DEBUG and "Manifest" in production.STORAGES["staticfiles"]["BACKEND"]


def test_the_development_server_runs_with_the_settings_of_development():
    planned = subprocess.run(["make", "-n", "dev"], cwd=ROOT, capture_output=True, text=True).stdout
    assert "runserver --settings mlsysweb.settings_dev" in planned
