"""Records each wall's answer to its default question as a scenario stores it, for the current version of the wall.
Run it after increasing a wall's version: `python -m tests.golden.record_scenarios`. Existing records are never
overwritten."""

import gzip
import os
from pathlib import Path

import orjson

FOLDER = Path(__file__).parent / "scenarios"


def record() -> None:
    from mlsysweb.answer import answer
    from solvers.registry import solvers

    FOLDER.mkdir(exist_ok=True)
    for name, solver in solvers().items():
        path = FOLDER / f"{name}-{solver.version}.json.gz"
        if path.exists():
            continue
        found = answer(solver, dict(next(iter(p.values for p in solver.presets if p.values), {})))
        kept = {
            "solver": name,
            "solver_version": solver.version,
            "question": dict(found.text),
            "snapshot": dict(found.snapshot),
            "result": found.to_json(),
        }
        path.write_bytes(gzip.compress(orjson.dumps(kept), 9, mtime=0))
        print("recorded", path.name)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsysweb.settings")
    django.setup()
    record()
