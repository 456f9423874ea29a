from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mlsysweb.answer import answer
from mlsysweb.api.document import document, errors, outputs
from mlsysweb.api.pages import page_answer, page_names
from solvers.errors import InputError, InputErrors
from solvers.formatting import fill_slots, format_value
from solvers.registry import find, solvers


class Command(BaseCommand):
    """`manage.py solve <wall> name=value …`: prints the answer of a wall."""

    help = (
        "Answer a question: solve SOLVER name=value … [--json], or every case of a file: solve --cases FILE. What the "
        "catalog has goes by its slug: fleet=research-256 grid=quebec. A page over many walls is asked as its address "
        "asks it: solve pipelines stages=tco,sustainability fleet=research-256."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("solver", nargs="?", help=f"{', '.join(solvers())}; or a page: {', '.join(page_names())}")
        parser.add_argument(
            "inputs", nargs="*", metavar="name=value", help="as typed: batch_size=8 layer_overhead='10 us'"
        )
        parser.add_argument("--json", action="store_true", help="the whole answer in SI, as the API gives it")
        parser.add_argument(
            "--cases", metavar="FILE", help='a JSON list of {"solver", "inputs"}; "-" reads it from stdin'
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["cases"]:
            self.stdout.write(json.dumps([_case(case) for case in _cases(options["cases"])]))
            return
        if not options["solver"]:
            raise CommandError(f"Name a solver: {', '.join(solvers())}. Or give --cases FILE.")
        try:
            if options["solver"] in page_names() and options["solver"] not in solvers():
                self._tell_page(options)
                return
            result = answer(find(options["solver"]), dict(_named(options["inputs"])))
        except InputError as unknown:
            raise CommandError(str(unknown)) from None
        except InputErrors as bad:
            if options["json"]:
                self.stdout.write(json.dumps(errors(bad), indent=2))
            raise CommandError("\n".join(str(error) for error in bad.errors)) from None
        if options["json"]:
            self.stdout.write(json.dumps(document(result), indent=2))
            return
        self.stdout.write(fill_slots(result.verdict, result.values))
        for name in result.outputs:
            value = result.values[name]
            self.stdout.write(f"  {name:<28} {format_value(value):<16} {value.label}".rstrip())
        for note in result.notes:
            self.stdout.write(f"Note: {fill_slots(note, result.values)}")

    def _tell_page(self, options: dict[str, Any]) -> None:
        """Writes the answer of a page over many walls. Raises InputErrors."""
        found = page_answer(options["solver"], _named(options["inputs"]))
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
            return
        self.stdout.write(found["verdict"])
        for name, figure in found["figures"].items():
            self.stdout.write(f"  {name:<28} {figure['text']}")
        for table in found["tables"]:
            self.stdout.write(f"\n{table['title']}")
            for row in (table["columns"], *table["rows"]):
                self.stdout.write(f"  {' | '.join(row)}")


def _named(words: list[str]) -> list[tuple[str, str]]:
    for word in words:
        if "=" not in word:
            raise CommandError(f"'{word}' is not name=value.")
    return [(name, value) for name, _, value in (word.partition("=") for word in words)]


def _cases(path: str) -> list[Any]:
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text()
        cases = json.loads(text)
    except OSError as error:
        raise CommandError(f"Can't read {path}: {error.strerror}.") from None
    except ValueError as error:
        raise CommandError(f"{path} is not JSON: {error}.") from None
    if not isinstance(cases, list):
        raise CommandError(f"{path} must hold a JSON list of cases.")
    return cases


def _case(case: Any) -> dict[str, Any]:
    """Return the outputs of one case, or its first error: an invalid case does not stop the others."""
    try:
        if not isinstance(case, dict) or not isinstance(case.get("inputs"), dict):
            raise InputError("case", 'must be {"solver": name, "inputs": {…}}.')
        return {"outputs": outputs(answer(find(str(case.get("solver"))), case["inputs"]))}
    except InputError as unknown:
        return {"error": {"field": unknown.field, "message": unknown.sentence}}
    except InputErrors as bad:
        return {"error": errors(bad)["error"]}
