"""The glossary: every term has its own anchor and a link to the wall that explains it."""

import re

import pytest

from mlsysweb.show.glossary import TERMS
from solvers.registry import solvers


def test_every_term_has_its_own_anchor_a_definition_and_a_wall():
    anchors = [term.anchor for term in TERMS]
    assert len(set(anchors)) == len(anchors)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", anchor) for anchor in anchors)
    assert all(term.definition.endswith(".") and term.wall in solvers() for term in TERMS)


@pytest.mark.django_db
def test_the_page_defines_every_term_at_its_anchor_and_links_to_the_wall(client):
    page = client.get("/glossary/").content.decode()
    for term in TERMS:
        assert re.search(rf'id="{term.anchor}">.*?</dt>.*?href="/walls/{term.wall}/"', page, re.DOTALL)


@pytest.mark.usefixtures("catalog")
def test_every_page_links_to_the_glossary(client):
    assert '<a href="/glossary/">Glossary</a>' in client.get("/poster/").content.decode()
