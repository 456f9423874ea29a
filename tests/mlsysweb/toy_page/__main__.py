"""Adds the page `bucket` to the site by its folder and one entry of the registry, and prints as JSON what then works.

Runs in a process of its own, `python -m tests.mlsysweb.toy_page`, since every module derives its part from the registry
when it is imported. DATABASE_URL names an empty database.
"""

import json
import sys
from pathlib import Path
from types import ModuleType

HERE = Path(__file__).parent
ENTRY = (
    'Page("bucket", "bucket/", (View("bucket", "Bucket", "How long does a bucket take to fill?"),),'
    ' saved=(Saved("bucket", "bucket", "_time.html"),))'
)
QUESTIONS = ("/bucket/?volume=10 GB", "/bucket/?volume=12 GB")


def add_page() -> None:
    """Put the page's folder among those of the site and its entry first in the registry, before either is imported."""
    import mlsysweb.pages

    mlsysweb.pages.__path__.append(str(HERE))
    path = Path(mlsysweb.__file__).with_name("registry.py")
    text = path.read_text().replace("\nPAGES = (\n", f"\nPAGES = (\n    {ENTRY},\n")
    module = sys.modules["mlsysweb.registry"] = ModuleType("mlsysweb.registry")
    exec(compile(text, path, "exec"), module.__dict__)
    mlsysweb.registry = module

    from mlsysweb import settings

    settings.TEMPLATES[0]["DIRS"].append(HERE / "templates")
    settings.STATICFILES_DIRS.append(("css", HERE / "css"))
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.ALLOWED_HOSTS = ["testserver"]


def used() -> dict[str, object]:
    """Return what each part of the site answers about the page: a status or a text."""
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    call_command("load_catalog", verbosity=0)
    client = Client()

    def text(address: str, **headers: str) -> str:
        answer = client.get(address, headers=headers)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.content.decode()

    one, two = (client.post("/s/save/", {"page": each, "title": "Mine"})["Location"] for each in QUESTIONS)
    exports = ("json", "values", "tables", "curves", "methods", "bibtex")
    document = text(f"{one}export/json/")
    return {
        "home": text("/"),
        "page": text(QUESTIONS[0]),
        "update": text(QUESTIONS[0], **{"HX-Request": "true"}),
        "error": client.get("/bucket/?volume=-1").status_code,
        "saved": text(one),
        "list": text("/s/"),
        "compared": text(f"/s/compare/?of={one.split('/')[2]},{two.split('/')[2]}"),
        "drift": text(f"{one}v/1/drift/"),
        "recomputed": client.post(f"{one}v/1/recompute/").status_code,
        "print": text(f"{one}print/"),
        "embed": text(f"{one}embed/"),
        "card": client.get(f"{one}preview.png")["Content-Type"],
        "imported": text(client.post("/s/import/", {"text": document})["Location"]),
        "exports": {form: text(f"{one}export/{form}/") for form in exports},
    }


if __name__ == "__main__":
    add_page()

    import django

    django.setup()
    print(json.dumps(used()))
