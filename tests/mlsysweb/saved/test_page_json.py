"""Pages as JSON and back: what is rejected, what is preserved, and how older data is upgraded."""

import dataclasses
import math
from dataclasses import dataclass
from enum import Enum

import orjson
import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from mlsysweb.saved.page_json import PageDataError, PageType, from_json, page_from_json, page_to_json, to_json
from mlsysweb.saved.scenarios.capture import PAGE_TYPES, PAGES

from .savable import QUESTIONS


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass(frozen=True)
class Leaf:
    words: str
    number: float
    count: int = 0


@dataclass(frozen=True)
class Page:
    leaves: tuple[Leaf, ...]
    pair: tuple[str, float]
    maybe: Leaf | None
    by_name: dict[str, float]
    colour: Colour
    sure: bool


numbers = st.floats(allow_nan=False)
leaves = st.builds(Leaf, st.text(), numbers, st.integers(-(2**53), 2**53))
pages = st.builds(
    Page,
    st.lists(leaves).map(tuple),
    st.tuples(st.text(), numbers),
    st.none() | leaves,
    st.dictionaries(st.text(), numbers),
    st.sampled_from(Colour),
    st.booleans(),
)
PAGE = PageType("page", Page)


@given(pages)
def test_a_page_comes_back_equal_through_json(page):
    stored = orjson.loads(orjson.dumps(page_to_json(PAGE, page)))
    assert page_from_json({"page": PAGE}, stored) == page


def test_an_unknown_number_comes_back_unknown():
    stored = to_json(Leaf("", math.nan), Leaf)
    assert stored["number"] == "__nan__" and math.isnan(from_json(Leaf, stored, "").number)


@pytest.mark.parametrize("name", sorted(PAGES))
@pytest.mark.usefixtures("catalog")
def test_every_page_comes_back_equal(name):
    page = PAGES[name].answer(QueryDict(QUESTIONS[name].partition("?")[2]))
    stored = orjson.loads(orjson.dumps(page_to_json(PAGES[name].kind, page)))
    assert same(page_from_json(PAGE_TYPES, stored), page)


def same(one, other):
    """Return whether dataclasses are equal, with NaN equal to NaN."""
    if dataclasses.is_dataclass(one):
        names = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(same(getattr(one, n), getattr(other, n)) for n in names)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


def test_every_page_that_can_be_saved_has_a_question_here():
    assert set(QUESTIONS) == set(PAGES)


LEAF = {"words": "w", "number": 1.0, "count": 2}
WHOLE = {
    "leaves": [LEAF],
    "pair": ["a", 1.0],
    "maybe": None,
    "by_name": {"a": 1.0},
    "colour": "RED",
    "sure": True,
}


def test_a_field_with_a_default_may_be_absent():
    assert from_json(Leaf, {"words": "w", "number": 1}, "leaf") == Leaf("w", 1.0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"more": 1}, "At page: Page has no field 'more'."),
        ({"leaves": [{**LEAF, "more": 1}]}, "At page.leaves.0: Leaf has no field 'more'."),
        ({"leaves": [{"words": "w"}]}, "At page.leaves.0: Leaf needs its field 'number'."),
        ({"leaves": {}}, "At page.leaves:"),
        ({"leaves": [{**LEAF, "words": 1}]}, "At page.leaves.0.words: '1' is no str."),
        ({"leaves": [{**LEAF, "number": "much"}]}, "At page.leaves.0.number: 'much' is no float."),
        ({"leaves": [{**LEAF, "number": True}]}, "At page.leaves.0.number: 'True' is no float."),
        ({"leaves": [{**LEAF, "count": 1.5}]}, "At page.leaves.0.count: '1.5' is no int."),
        ({"pair": ["a"]}, "At page.pair: 1 values are not 2."),
        ({"colour": "GREEN"}, "At page.colour: 'GREEN' is no Colour."),
        ({"sure": 1}, "At page.sure: '1' is no bool."),
        ({"maybe": []}, "At page.maybe:"),
    ],
)
def test_data_of_another_shape_is_refused_with_its_place(change, sentence):
    with pytest.raises(PageDataError) as refused:
        page_from_json({"page": PAGE}, {"type": "page", "version": 1, "data": {**WHOLE, **change}})
    assert str(refused.value).startswith(sentence)


@pytest.mark.parametrize("value", [Page, Leaf("w", "1"), Leaf(1, 1.0), Leaf("w", True), Leaf("w", 1.0, True)])
def test_a_value_that_is_not_as_its_annotation_says_is_not_stored(value):
    with pytest.raises(TypeError):
        to_json(value, Leaf)


def test_an_annotation_that_names_several_kinds_is_refused():
    with pytest.raises(TypeError):
        to_json(1, int | str)


def test_a_type_nobody_knows_is_refused():
    with pytest.raises(PageDataError, match="no page of type 'other'"):
        page_from_json({"page": PAGE}, {"type": "other", "version": 1, "data": WHOLE})


def test_older_data_is_brought_up_one_version_at_a_time():
    upgrades = {
        1: lambda data: {"words": data["text"], "number": data["number"]},
        2: lambda data: {**data, "count": 7},
    }
    kind = PageType("leaf", Leaf, 3, upgrades)
    stored = {"type": "leaf", "version": 1, "data": {"text": "old", "number": 1}}
    assert page_from_json({"leaf": kind}, stored) == Leaf("old", 1.0, 7)


@pytest.mark.parametrize("version", [0, 4, None, "1"])
def test_a_version_without_a_way_up_is_refused(version):
    kind = PageType("leaf", Leaf, 3, {2: lambda data: data})
    with pytest.raises(PageDataError, match="can't be opened"):
        page_from_json({"leaf": kind}, {"type": "leaf", "version": version, "data": LEAF})


@pytest.mark.parametrize("kind", PAGE_TYPES.values(), ids=lambda kind: kind.name)
def test_every_older_version_of_a_page_has_a_way_up(kind):
    assert dataclasses.is_dataclass(kind.page) and kind.page.__dataclass_params__.frozen
    assert set(kind.upgrades) == set(range(1, kind.version))
