"""An exploration as Python that comes to the same with `solvers` alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlsysweb.explore.ask.axes import PLACES, AllOf, expand_all
from mlsysweb.explore.ask.lookup import look_up
from mlsysweb.explore.ask.question import DesignSpaceQuestion, chain, declared_search, links_of
from mlsysweb.show.results.python_code import spec_code, spec_imports


def as_python(question: DesignSpaceQuestion, snapshot: Mapping[str, Mapping[str, Any]], all_of: AllOf) -> str:
    """Raises InputErrors as `declared` does."""
    steps, asked = chain(question), declared_search(question, look_up, all_of)
    axes = [(name, expand_all(steps, name, text, all_of)) for name, text in question.axes if name not in asked.given]
    rows = "".join(f"    {key!r}: {spec_code(row, '    ')},\n" for key, row in sorted(snapshot.items()))
    wanted = [*question.goals, *asked.demanded]
    places = any(name in PLACES for name, _ in axes)
    lines = [
        '"""A design space, looked through again. Figures are SI; the rows are the catalog\'s as they were."""',
        "",
        "from solvers.pipeline import pipeline, settle",
        "from solvers.search.axes import axis",
        "from solvers.search.explore import Search",
        "from solvers.search.goals import goals, metrics",
        *(["from solvers.search.placement import places"] if places else []),
        "from solvers.search.run import run",
        "from solvers.search.space import Space",
        spec_imports(snapshot.values()),
        "",
        f"ROWS = {{\n{rows}}}",
        "",
        "",
        "def row(kind, slug):",
        '    return ROWS[f"{kind.__name__.lower()}.{slug.strip()}"]',
        "",
        "",
        f"chain = pipeline({', '.join(map(repr, question.walls))}, links={links_of(question)!r})",
        f"given = settle(chain, {dict(asked.given)!r}, row)",
        "axes = [",
        *(f"    {_axis(name, text)}," for name, text in axes),
        "]",
        f"objectives, constraints = goals({wanted!r}, metrics(chain))",
        "found = run(Search(chain, given, Space(tuple(axes)), objectives, constraints))",
        "",
        'print(f"{found.seen.feasible:,} of {found.seen.count:,} meet every goal; {len(found.front)} on the front")',
        "for best in found.top:",
        "    print(best.places, best.values)",
        "",
    ]
    return "\n".join(lines)


def _axis(name: str, text: str) -> str:
    if name not in PLACES:
        return f"axis(chain, {name!r}, {text!r}, row)"
    kind, figures = PLACES[name]
    slugs = [slug.strip() for slug in text.split(",") if slug.strip()]
    rows = ", ".join(f"{slug!r}: ROWS[{f'{kind.__name__.lower()}.{slug}'!r}]" for slug in slugs)
    return f"places(chain, {{{rows}}}, given, {figures!r}, {name!r})"
