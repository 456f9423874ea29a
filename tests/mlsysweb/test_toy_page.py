"""A page is a folder, its templates, a style sheet and one entry of the registry: with nothing else it is listed,
answers, and is saved, compared, recomputed, printed, exported and imported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

HERE = Path(__file__).parent / "toy_page"
TIME = "It takes 5\u00a0s."


@pytest.fixture(scope="module")
def used(tmp_path_factory):
    """The answers of the site about the page, by part."""
    database = tmp_path_factory.mktemp("toy") / "db.sqlite3"
    env = os.environ | {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "mlsysweb.settings"}
    command = [sys.executable, "-m", "tests.mlsysweb.toy_page"]
    ran = subprocess.run(command, env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_it_is_ten_files_and_one_entry_of_the_registry():
    files = {str(p.relative_to(HERE)) for p in HERE.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    of_the_test = {"__init__.py", "__main__.py"}
    assert files - of_the_test == {
        *(f"bucket/{name}.py" for name in ("__init__", "urls", "views", "question", "answer", "page", "present")),
        "templates/bucket/bucket.html",
        "templates/bucket/_time.html",
        "css/bucket.css",
    }


def test_the_front_page_lists_it(used):
    assert 'href="/bucket/"' in used["home"] and "How long does a bucket take to fill?" in used["home"]


def test_it_answers_as_page_and_update_and_refuses_what_is_wrong(used):
    assert TIME in used["page"] and 'name="flow"' in used["page"] and "<h1>Bucket</h1>" in used["page"]
    assert TIME in used["update"] and 'name="flow"' not in used["update"]
    assert used["error"] == 422


@pytest.mark.parametrize("part", ["saved", "print", "embed", "imported"])
def test_what_is_saved_of_it_shows_its_verdict(used, part):
    assert TIME in used[part]


def test_what_is_saved_of_it_is_listed_compared_and_recomputed(used):
    assert "Mine" in used["list"] and "Nothing has changed" in used["drift"]
    assert '<th scope="row">Volume</th>' in used["compared"] and "Filling time" in used["compared"]
    assert used["recomputed"] == 302 and used["card"] == "image/png"


@pytest.mark.parametrize(
    ("form", "said"),
    [("json", '"bucket"'), ("values", "filling_time"), ("methods", "It takes"), ("bibtex", "title = {Mine}")],
)
def test_what_is_saved_of_it_is_exported(used, form, said):
    assert said in used["exports"][form]
