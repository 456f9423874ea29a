"""A link between pages carries all that decides the figures: what opens behind it shows the same numbers."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from catalog.resolve import choices
from mlsysweb.answer import answer
from mlsysweb.explore.answer import answer_search
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS as DESIGN_SPACES
from mlsysweb.explore.ask.question import declared_search
from mlsysweb.explore.find.columns import columns
from mlsysweb.explore.find.search import IN_REQUEST
from mlsysweb.pages.pipelines.answer import answer_chain
from mlsysweb.pages.pipelines.presets import PRESETS as PIPELINES
from mlsysweb.pages.system.answer import answer_page as system_page
from solvers.errors import InputErrors
from solvers.formatting import fill_slots, format_value
from solvers.registry import solvers

from .systems import CHIPS, SERVED

pytestmark = pytest.mark.usefixtures("catalog")

SOME = settings(max_examples=10, suppress_health_check=list(HealthCheck))


def wall_behind(url):
    """The answer of the wall a link opens."""
    path, query = urlsplit(url).path, urlsplit(url).query
    return answer(solvers()[path.rstrip("/").rpartition("/")[2]], dict(parse_qsl(query)))


def differing(page_cards, values):
    """The figures of cards that the wall behind a link does not have. The whole system has the TCO of the devices that
    serve beside that of the training run, as `serving_tco`."""
    cards = {
        card: values[card.name if card.name in values else card.name.removeprefix("serving_")] for card in page_cards
    }
    return {
        card.name: (card.value, format_value(value))
        for card, value in cards.items()
        if card.value != format_value(value)
        or (card.number is not None and card.number != pytest.approx(value.value, rel=1e-9, nan_ok=True))
    }


def chained(preset, text):
    query = {"stages": ",".join(preset.stages), **preset.values, **text}
    if preset.links:
        query["links"] = ",".join(f"{end}:{source}" for end, source in preset.links.items())
    return answer_chain(QueryDict(urlencode(query)))


@pytest.mark.parametrize("preset", PIPELINES, ids=lambda preset: preset.name)
def test_the_walls_behind_a_pipeline_show_its_figures(preset):
    page = chained(preset, {}).page
    for stage in page.stages:
        assert not differing(stage.headline, wall_behind(stage.wall).values), stage.name


@SOME
@given(st.sampled_from(CHIPS), st.sampled_from(SERVED), st.integers(1, 512), st.integers(0, 3))
def test_the_walls_behind_a_pipeline_show_its_figures_whatever_is_picked(chip, model, devices, which):
    preset = PIPELINES[which % len(PIPELINES)]
    text = {"accelerator": chip, "model": model, "devices": str(devices)}
    try:
        answered = chained(preset, text)
    except InputErrors:
        assume(False)
    assume(not answered.errors and not answered.page.problems)
    for stage in answered.page.stages:
        assert not differing(stage.headline, wall_behind(stage.wall).values), stage.name


@SOME
@given(st.sampled_from(CHIPS), st.sampled_from(SERVED), st.integers(1, 512))
def test_the_walls_behind_the_whole_system_show_its_figures(chip, model, devices):
    query = QueryDict(urlencode({"accelerator": chip, "model": model, "devices": devices}))
    try:
        page = system_page(query)
    except InputErrors:
        assume(False)
    for key in (key for key in page.keys if key.card.value != "can't run"):
        assert not differing([key.card], wall_behind(key.wall.url).values)
    for row in (row for group in page.groups for row in group.walls):
        result = wall_behind(row.link.url)
        told = row.verdict.removeprefix("Only if it could run: ").removeprefix("One device alone: ")
        assert told.lower() == fill_slots(result.verdict, result.values).lower(), row.name


@pytest.mark.parametrize("preset", DESIGN_SPACES, ids=lambda preset: preset.name)
def test_what_a_row_of_a_design_space_opens_shows_its_figures(preset):
    declared = declared_search(preset.question, look_up, all_of)
    if declared.search.space.size > IN_REQUEST:
        pytest.fail("too large to be answered here")
    shown = columns(declared.search, choices)
    page = answer_search(QueryDict(preset.question.query), preset.question, declared)
    for row in page.rows.rows:
        values = stages_behind(row.url, preset.question.walls)
        for column, cell in zip(shown, row.cells, strict=True):
            if len(column.terms) == 1:
                stage, _, name = column.key.partition(".")
                assert cell == format_value(values[stage][name]), (row.url, column.key)


def stages_behind(url, walls):
    """The values of every wall of the page a configuration opens."""
    if len(walls) == 1:
        return {walls[0]: wall_behind(url).values}
    stages = answer_chain(QueryDict(urlsplit(url).query)).page.stages
    return {stage.name: wall_behind(stage.wall).values for stage in stages}
