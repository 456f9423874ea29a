from dataclasses import replace
from html import unescape

import pytest

from mlsysweb.pages.poster.lines import LINES
from mlsysweb.pages.poster.present import poster_page
from mlsysweb.show.miniatures import wall_pictures
from solvers.registry import solvers
from solvers.taxonomy import WALLS

ALL = tuple(solvers().values())
URLS = {name: f"/walls/{name}/" for name in solvers()}


def tiles(walls=ALL):
    return {tile.number: tile for domain in poster_page(walls, URLS, {}).domains for tile in domain.tiles}


@pytest.mark.django_db
def test_the_page_shows_every_wall_and_links_those_there_are(client):
    answer = client.get("/poster/")
    html = unescape(answer.content.decode())
    page = answer.context["page"]
    assert page == poster_page(ALL, URLS, wall_pictures(), page.site) and page.site.address == "testserver"
    assert not [wall.name for wall in WALLS if wall.name not in html]
    assert not [tile.url for tile in tiles().values() if tile.url and f'href="{tile.url}"' not in html]


@pytest.mark.django_db
def test_every_wall_has_its_picture_and_the_sheet_the_code_of_the_site(client, catalog):
    html = client.get("/poster/").content.decode()
    assert html.count('<svg class="miniature"') == 22
    assert html.count('class="code"') == 1 and 'aria-label="QR code of testserver"' in html


def test_there_is_one_line_for_each_wall():
    assert list(LINES) == [wall.number for wall in WALLS]


def test_every_wall_that_has_a_solver_has_a_question_and_an_equation():
    covered = {number for solver in ALL for number in solver.walls}
    bare = [t.number for t in tiles().values() if t.number in covered and not (t.question and t.equation and t.url)]
    assert not bare


def test_the_line_of_each_wall_names_an_equation_its_solver_has():
    having = {n: {e.output for s in ALL if n in s.walls for e in s.equations} for n in LINES}
    assert not {n: line.output for n, line in LINES.items() if having[n] and line.output not in having[n]}


def test_walls_that_share_a_solver_ask_and_show_different_things():
    one, two = tiles()[1], tiles()[2]
    assert one.question != two.question and one.equation != two.equation and one.url == two.url


def test_a_wall_appears_when_its_solver_is_there():
    without = tuple(solver for solver in ALL if 4 not in solver.walls)
    assert (tiles(without)[4].question, tiles(without)[4].equation, tiles(without)[4].url) == ("", None, "")
    assert tiles(without)[4].consequence == tiles()[4].consequence


def test_a_solver_without_the_equation_of_its_line_shows_that_of_a_headline_figure():
    serving = solvers()["serving"]
    others = tuple(e for e in serving.equations if e.output != LINES[4].output)
    shown = tiles((replace(serving, equations=others),))[4].equation
    assert shown and shown != tiles()[4].equation
    assert tiles((replace(serving, equations=()),))[4].equation is None


def test_the_letters_of_an_equation_are_explained():
    symbols = tiles()[1].equation.symbols
    assert [symbol.words for symbol in symbols] == [
        "Compute time",
        "FLOPs per step",
        "Peak FLOP/s",
        "Kernel efficiency",
    ]


def test_the_iron_law_names_the_walls_that_own_each_factor():
    factors = {factor.symbol.words: factor.walls for factor in poster_page(ALL, URLS, {}).law.factors}
    assert "1 Compute" in factors["Peak FLOP/s per device"] and "14 Communication" in factors["Scaling efficiency"]


@pytest.mark.django_db
def test_the_poster_and_the_iron_laws_page_put_all_22_walls_under_the_same_factors(client, catalog):
    poster = {factor.symbol.words: list(factor.walls) for factor in poster_page(ALL, URLS, {}).law.factors}
    shown = client.get("/system/iron-law/").context["page"].factors
    inputs = solvers()["iron_law"].inputs
    page = {inputs[factor.card.name].label: [owner.words for owner in factor.owners] for factor in shown}
    assert {factor: walls for factor, walls in poster.items() if walls} == page
    walls = sorted((name for names in page.values() for name in names), key=lambda name: int(name.split()[0]))
    assert walls == [f"{wall.number} {wall.name}" for wall in WALLS]
    assert "17 Capital" in page["Devices"]


def test_without_an_iron_law_the_poster_has_none():
    assert poster_page(tuple(s for s in ALL if s.name != "iron_law"), URLS, {}).law is None
