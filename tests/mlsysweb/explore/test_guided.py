"""The guided form of a design space: it shows every question, and sends the same question."""

from html.parser import HTMLParser

import pytest
from django.http import QueryDict

from mlsysweb.explore.ask.guided import edited_walls, first_values, guided_edit
from mlsysweb.explore.ask.lookup import all_of, look_up
from mlsysweb.explore.ask.presets import PRESETS
from mlsysweb.explore.ask.question import chain, declared_search
from solvers.fields import Pick
from solvers.pipeline import pipeline
from solvers.registry import solvers
from solvers.search.axes import axis
from tests.mlsysweb.explore.questions import GOALS, SMALL, link, question

pytestmark = pytest.mark.usefixtures("catalog")

PARTIAL = {"HTTP_HX_REQUEST": "true"}


class SentFields(HTMLParser):
    """The fields that a browser sends for one form of a page, as pairs of name and value."""

    def __init__(self, form):
        super().__init__()
        self.form, self.inside, self.select = form, False, ""
        self.pairs = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == self.form
        if not self.inside:
            return
        if tag == "select":
            self.select = given["name"]
            self.pairs.append((self.select, None))
        elif tag == "option" and (self.pairs[-1] == (self.select, None) or "selected" in given):
            self.pairs[-1] = (self.select, given["value"])
        elif tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.pairs.append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False


def sent(html, **changes):
    """Return the query that the guided form of a page sends, with some fields changed."""
    reader = SentFields("guided-form")
    reader.feed(html)
    query = QueryDict(mutable=True)
    for name, value in reader.pairs:
        query.appendlist(name, value)
    for name, value in changes.items():
        query[name] = value
    return query


def edited(query):
    return guided_edit(query, chain(edited_walls(query)))


def meaning(asked):
    """Return what a question searches: the values of each axis, what is common to all, objectives and constraints."""
    declared = declared_search(asked, look_up, all_of)
    goals = [(o.sign, [(m.stage, m.name, w) for m, w in o.terms]) for o in declared.search.objectives]
    limits = [(c.metric.stage, c.metric.name, c.operator, c.limit) for c in declared.search.constraints]
    axes = {axis.name: axis.labels for axis in declared.search.space.axes}
    return axes, sorted(declared.given), goals, limits


@pytest.mark.parametrize("asked", [preset.question for preset in PRESETS], ids=[preset.name for preset in PRESETS])
def test_what_it_sends_unchanged_is_the_question_it_shows(client, asked):
    edit = edited(sent(client.get(f"/explore/?{asked.query}").content.decode()))
    assert not edit.changes_rows
    assert meaning(edit.question) == meaning(asked)


def test_a_row_it_cannot_show_otherwise_is_sent_as_its_text(client):
    asked = question(
        SMALL | {"accelerator.memory_bandwidth": "x0.5, x2", "batch_size": "1, 2 to"},
        ("minimize: latency + 1 s/J * energy", "bottleneck == memory", "latency < 5 parsecs"),
    )
    edit = edited(sent(client.get(link(axes=dict(asked.axes), goals=asked.goals)).content.decode()))
    assert dict(edit.question.axes) == dict(asked.axes)
    assert edit.question.goals == asked.goals


def test_its_fields_are_text_in_the_link_and_units_go_with_them(client):
    html = client.get(link(goals=GOALS)).content.decode()
    changes = {"axis-2.how": "log", "axis-2.high": "1,024", "axis-2.steps": "5", "goal-2.value": "7"}
    edit = edited(sent(html, **changes))
    assert dict(edit.question.axes)["batch_size"] == "1 to 1,024 in 5 log steps"
    assert edit.question.goals[2] == "latency < 7 ms"


def test_without_scripts_it_leads_to_the_link_of_the_question(client):
    query = sent(client.get(link()).content.decode(), **{"goal-0.way": "minimize"})
    answer = client.get("/explore/", query)
    expected = question(goals=("minimize: throughput", *GOALS[1:]))
    assert answer.status_code == 302 and answer["Location"] == f"/explore/?{expected.query}"


def test_rows_are_added_and_removed(client):
    html = client.get(link()).content.decode()
    changes = {"add-axis": "efficiency", "add-objective": "power", "add-way": "maximize", "remove": "axis-1"}
    edit = edited(sent(html, **changes))
    assert edit.changes_rows
    assert [name for name, _ in edit.question.axes] == ["model", "batch_size", "precision", "efficiency"]
    assert edit.question.goals[-1] == "maximize: power"
    assert client.get(f"/explore/?{edit.question.query}").status_code == 200


def test_a_limit_without_a_value_is_kept_and_says_so(client):
    edit = edited(sent(client.get(link()).content.decode(), **{"add-limit": "power"}))
    answer = client.get(f"/explore/?{edit.question.query}")
    assert answer.status_code == 422
    [row] = [row for row in answer.context["form"].guided.limits if row.name == "power"]
    assert (row.value, row.unit.name, row.error) == ("", "W", "needs a value.")


def test_a_wall_that_is_removed_takes_its_links_along(client):
    batching = next(preset.question for preset in PRESETS if preset.name == "Batching")
    query = sent(client.get(f"/explore/?{batching.query}").content.decode())
    query.setlist("walls", ["serving"])
    edit = edited(query)
    assert edit.changes_rows and edit.question.walls == ("serving",) and edit.question.links == ()


def test_an_update_swaps_the_other_form_and_its_own_where_rows_change(client):
    query = sent(client.get(link()).content.decode())

    def swapped(**given):
        html = client.get("/explore/", **given, **PARTIAL).content.decode()
        return [name for name in ("guided-rows", "text-rows") if f'<div id="{name}"' in html]

    assert swapped(data=query) == ["text-rows"]
    assert swapped(data=sent(client.get(link()).content.decode(), remove="axis-3")) == ["guided-rows", "text-rows"]
    assert swapped(data=QueryDict(question().query), HTTP_HX_TRIGGER="text-form") == ["guided-rows"]
    assert swapped(data=QueryDict(question().query)) == []


@pytest.mark.parametrize("name", solvers())
def test_every_variable_starts_with_values_that_are_valid(name):
    """Each of its own; a wall may still refuse them beside others."""
    steps = pipeline(name)
    for own, io in steps.stages[0].inputs.items():
        text = first_values(io)
        if text:
            assert len(axis(steps, own, text, look_up)) >= 1
        else:
            assert isinstance(io, Pick)
