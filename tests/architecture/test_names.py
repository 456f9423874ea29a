"""Every public class name has a single definition."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for room in ("solvers", "catalog", "mlsysweb")
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
]
# Names that frameworks and all walls define in each module.
BY_CONVENTION = {"Inputs", "Outputs", "Command"}
# A table of the catalog has the name of the spec it stores.
TABLES = {path.stem.title().replace("_", "") for path in (ROOT / "catalog/models").glob("*.py")}


def public_classes(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield node.name


def test_no_public_class_name_is_defined_twice():
    places = defaultdict(list)
    for path in SOURCES:
        for name in public_classes(path):
            places[name].append(str(path.relative_to(ROOT)))
    twice = {name: found for name, found in places.items() if len(found) > 1 and name not in BY_CONVENTION}
    stored = {
        name for name, found in twice.items() if name in TABLES and "solvers/specs.py" in found and len(found) == 2
    }
    assert {name: found for name, found in twice.items() if name not in stored} == {}
