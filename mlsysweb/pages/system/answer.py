"""Answers one described system with all walls, and with the iron law, for their views and for saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from catalog.resolve import find
from mlsysweb.show.forms.asked import Rows, asked_inputs
from mlsysweb.show.forms.draw import preset_links
from mlsysweb.show.forms.page import AskedInput
from mlsysweb.show.forms.query import text_by_name
from mlsysweb.show.results.page import Link
from mlsysweb.show.results.stage_query import stage_query
from solvers.pipeline import run
from solvers.pipeline.run import Run
from solvers.pipeline.system import whole_system
from solvers.pipeline.wall_stages import DESCRIPTION
from solvers.registry import solvers

from .page import IronLawPage, SystemPage
from .present import iron_law_page, system_page
from .serving_cost import serving_cost


def system_text(query: QueryDict) -> dict[str, str]:
    """Return the inputs of the description as typed; other names are ignored."""
    text = text_by_name(query)
    return {name: text[name] for name in solvers()[DESCRIPTION].inputs if text.get(name)}


def answer_page(query: QueryDict) -> SystemPage:
    """Return the page of all walls. Raise InputErrors, each with its stage."""
    text, url = system_text(query), reverse("system:system")
    done, links = _answered(text)
    cost = serving_cost(done, links["tco"])
    titled = {name: Link(solvers()[name].title, address) for name, address in links.items()}
    return system_page(done.results, titled, cost, _presets(text, url), _link(text, url))


def answer_iron_law(query: QueryDict) -> IronLawPage:
    """Return the page of the iron law. Raise InputErrors, each with its stage."""
    text, url = system_text(query), reverse("system:iron-law")
    done, links = _answered(text)
    return iron_law_page(done.results, links, solvers(), _presets(text, url), _link(text, url))


def inputs_of(query: QueryDict, rows: Rows) -> tuple[AskedInput, ...]:
    """Return the inputs of a query as shown beside a saved page: label, text, and whether it is the default."""
    return asked_inputs(solvers()[DESCRIPTION].inputs, system_text(query), rows)


def _presets(text: Mapping[str, str], url: str) -> tuple[Link, ...]:
    return tuple(preset_links(solvers()[DESCRIPTION], text, url))


def _link(text: Mapping[str, str], url: str) -> str:
    return f"{url}?{urlencode(text)}" if text else url


def _answered(text: dict[str, str]) -> tuple[Run, dict[str, str]]:
    """Return the run of every wall, and the link to its page with the same inputs."""
    chain = whole_system()
    typed = {f"{DESCRIPTION}.{name}": value for name, value in text.items()}
    done = run(chain, typed, _row)
    given = chain.assigned(typed)
    questions = {stage.name: stage_query(chain, stage, done.inputs[stage.name], given) for stage in chain.stages}
    links = {name: f"{reverse('walls:wall', args=[name])}?{urlencode(asked)}" for name, asked in questions.items()}
    return done, links


def _row(kind: type[Any], name: str) -> Any:
    return find(kind, name, kind.__name__.lower()).spec
