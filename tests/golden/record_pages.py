"""Records each page over many walls as a scenario stores it, for the current version of its fields. Run it after
increasing a page's version: `python -m tests.golden.record_pages`. Existing records are never overwritten. The catalog
is that of the database, which `make serve` fills with the shipped rows."""

import gzip
import os
from pathlib import Path

import orjson

FOLDER = Path(__file__).parent / "pages"


def record() -> None:
    from mlsysweb.saved.scenarios.capture import PAGES, capture
    from tests.mlsysweb.saved.savable import QUESTIONS

    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        path = FOLDER / f"{name}-{page.kind.version}.json.gz"
        if path.exists():
            continue
        kept = capture(QUESTIONS[name])
        told = {
            "path": kept.path,
            "solver": kept.solver,
            "solver_version": kept.solver_version,
            "question": kept.question,
            "snapshot": kept.snapshot,
            "result": kept.result,
            "said": kept.said,
        }
        path.write_bytes(gzip.compress(orjson.dumps(told), 9, mtime=0))
        print("recorded", path.name)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")
    django.setup()
    record()
