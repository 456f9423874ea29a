"""A part of a page that is rendered once for the values that it is given."""

import pytest
from django.template import engines

from mlsysweb.show import cached_include

TEMPLATE = '{% cached_include "shared/_figure_caption.html" id=id title=title %}'


@pytest.fixture
def rendered(monkeypatch):
    """Return a list with an entry for each time a part was rendered."""
    times, render = [], cached_include.render_to_string
    monkeypatch.setattr(cached_include, "render_to_string", lambda *part: times.append(part) or render(*part))
    cached_include._rendered.cache_clear()
    return times


def shown(**values):
    return engines["django"].from_string(TEMPLATE).render(values)


def test_a_part_is_rendered_again_only_for_other_values(rendered):
    first = shown(id="a", title="Latency")
    assert shown(id="a", title="Latency") == first and len(rendered) == 1
    assert "Power" in shown(id="a", title="Power") and 'id="title-b"' in shown(id="b", title="Power")
    assert len(rendered) == 3


def test_a_part_is_html_whose_values_are_escaped(rendered):
    told = shown(id="a", title="<b>Latency</b>")
    assert "<figcaption>" in told and "&lt;b&gt;Latency" in told


def test_while_templates_are_edited_nothing_is_kept(rendered, settings):
    settings.DEBUG = True
    assert shown(id="a", title="Latency") == shown(id="a", title="Latency")
    assert len(rendered) == 2
