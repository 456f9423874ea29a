"""The catalogs of courses: own rows and changes of shared rows are seen by the course alone."""

import json
from threading import Thread

import pytest
from django.contrib.auth.models import Group

from catalog.diff import diff
from catalog.models import Accelerator, CatalogVersion, CourseRow, Node
from catalog.resolve import choices, find, offered
from catalog.table_cache import catalog_table
from catalog.visible import see, seeing, visible_group
from solvers import specs
from solvers.errors import InputError

pytestmark = pytest.mark.usefixtures("catalog")

H100, DGX, FLEET = "h100-sxm5-80gb", "dgx-h100", "research-256"
CHIP = {"name": "Teaching chip", "vendor": "Class", "tier": "cloud", "memory_bandwidth": 5e12, "source": "the course"}


@pytest.fixture
def ours():
    return Group.objects.create(name="ML systems, Spring 2027").pk


@pytest.fixture
def theirs():
    return Group.objects.create(name="Another course").pk


def price(slug=H100):
    return float(find(specs.Accelerator, slug, "it").spec.unit_price)


def change(group, slug=H100, table="accelerator", source="a quote", **values):
    return CourseRow.objects.create(group_id=group, table=table, slug=slug, own=False, values=values, source=source)


def add(group, slug="teaching-chip", table="accelerator", **values):
    return CourseRow.objects.create(group_id=group, table=table, slug=slug, own=True, values=values or CHIP)


def test_a_changed_figure_is_seen_by_the_course_alone(ours, theirs):
    shared = price()
    change(ours, unit_price=20_000.0)
    change(theirs, unit_price=1.0)
    with seeing(ours):
        assert price() == 20_000
        with seeing(theirs):
            assert price() == 1
        assert price() == 20_000
    assert price() == shared != 20_000
    assert Accelerator.objects.get(slug=H100).unit_price == shared


def test_the_source_of_a_shared_figure_does_not_stand_beside_that_of_the_course(ours):
    row = Accelerator.objects.get(slug=H100)
    row.figure_sources = {"unit_price": {"method": "estimated"}, "tdp": {"method": "derived"}}
    row.save()
    change(ours, unit_price=20_000.0)
    with seeing(ours):
        assert set(catalog_table(specs.Accelerator).by_name[H100].figure_sources) == {"tdp"}


def test_the_other_figures_of_a_changed_row_follow_the_shared_one(ours):
    change(ours, unit_price=20_000.0)
    with seeing(ours):
        assert price() == 20_000
    row = Accelerator.objects.get(slug=H100)
    row.tdp = 1.0
    row.save()
    with seeing(ours):
        assert float(find(specs.Accelerator, H100, "it").spec.tdp) == 1 and price() == 20_000


def test_a_row_of_the_course_stands_first_in_its_pickers_and_in_no_other(ours, theirs):
    add(ours)
    change(theirs, unit_price=1.0)
    with seeing(ours):
        assert choices(specs.Accelerator)[0] == ("teaching-chip", "Teaching chip", "This course")
        assert find(specs.Accelerator, "teaching chip", "it").spec.memory_bandwidth == 5e12
        assert offered(specs.Accelerator)[0].snapshot["slug"] == "teaching-chip"
    for group in (theirs, None):
        with seeing(group):
            assert "teaching-chip" not in [slug for slug, *_ in choices(specs.Accelerator)]
            with pytest.raises(InputError) as refused:
                find(specs.Accelerator, "teaching-chip", "it")
            assert "Teaching chip" not in refused.value.sentence
            assert "teaching-chip" not in [row.snapshot["slug"] for row in offered(specs.Accelerator)]


def test_nodes_and_fleets_have_the_chip_as_the_course_sees_it(ours):
    shared = price()
    change(ours, unit_price=20_000.0)
    with seeing(ours):
        kept = find(specs.Fleet, FLEET, "it").snapshot["parts"]["node"]["parts"]["accelerator"]
        assert kept["figures"]["unit_price"] == 20_000 and kept["course"]["name"] == "ML systems, Spring 2027"
        assert float(find(specs.Node, DGX, "it").spec.accelerator.unit_price) == 20_000
    assert float(find(specs.Node, DGX, "it").spec.accelerator.unit_price) == shared
    assert "course" not in json.dumps(find(specs.Fleet, FLEET, "it").snapshot)


def test_a_node_of_the_course_holds_a_chip_of_the_course_and_is_left_out_once_that_is_gone(ours):
    chip = add(ours)
    add(ours, "our-node", "node", name="Our node", accelerator="teaching-chip", accelerators_per_node=4.0, source="us")
    with seeing(ours):
        assert find(specs.Node, "our-node", "it").spec.accelerator.name == "Teaching chip"
    chip.delete()
    with seeing(ours):
        assert catalog_table(specs.Node).find("our-node") is None


def test_a_change_without_its_row_or_its_column_has_no_effect(ours):
    change(ours, "gone", unit_price=1.0)
    change(ours, H100, abacus_beads=7, unit_price=20_000.0)
    with seeing(ours):
        assert catalog_table(specs.Accelerator).find("gone") is None and price() == 20_000
        assert find(specs.Accelerator, H100, "it").snapshot["course"]["changed"] == ["Unit price"]


def test_a_change_follows_a_row_that_is_renamed(ours):
    change(ours, unit_price=20_000.0)
    row = Accelerator.objects.get(slug=H100)
    row.slug = "h100"
    row.save()
    with seeing(ours):
        assert price("h100") == price(H100) == 20_000


def test_a_row_that_the_shared_catalog_gets_later_is_still_the_courses_own(ours):
    add(ours, H100)
    with seeing(ours):
        assert catalog_table(specs.Accelerator).by_name[H100].name == "Teaching chip"
        assert sum(slug == H100 for slug, *_ in choices(specs.Accelerator)) == 1


def test_the_version_of_the_catalog_differs_between_courses(ours, theirs):
    add(ours)
    versions = []
    for group in (None, ours, theirs):
        with seeing(group):
            versions.append(CatalogVersion.now())
    assert len(set(versions)) == 3


@pytest.mark.parametrize("act", [lambda row: row.save(), lambda row: row.delete(), lambda row: row.group.delete()])
def test_each_change_of_a_course_is_a_new_version(ours, act):
    row = add(ours)
    before = CatalogVersion.now()
    act(row)
    assert CatalogVersion.now() != before


def test_a_row_as_a_course_sees_it_is_never_saved_in_the_shared_catalog(ours):
    change(ours, unit_price=20_000.0)
    add(ours)
    with seeing(ours):
        for slug in (H100, "teaching-chip"):
            with pytest.raises(ValueError, match="as the course"):
                catalog_table(specs.Accelerator).by_name[slug].save()


def test_the_choice_is_asked_once_and_only_when_the_catalog_is_read(ours):
    asked = []

    def choose():
        asked.append(1)
        return ours

    with seeing(choose):
        assert not asked
        assert visible_group() == visible_group() == ours and len(asked) == 1
    assert visible_group() is None


def test_what_a_request_sees_ends_with_it_and_is_not_seen_by_other_threads(ours):
    seen = []
    with seeing(None):
        see(ours)
        thread = Thread(target=lambda: seen.append(visible_group()))
        thread.start()
        thread.join()
        assert visible_group() == ours and seen == [None]
    assert visible_group() is None


def test_a_warm_table_of_a_course_costs_no_query_of_rows(ours, django_assert_num_queries):
    change(ours, unit_price=20_000.0)
    with seeing(ours):
        price()
        with django_assert_num_queries(2):  # the version, twice outside a request
            price()


def test_rows_that_a_course_sees_unchanged_are_held_once(ours):
    change(ours, unit_price=20_000.0)
    shared = find(specs.Accelerator, "t4", "it")
    with seeing(ours):
        assert find(specs.Accelerator, "t4", "it") is shared


def test_a_kept_row_of_a_course_differs_for_others_and_says_which_course(ours):
    change(ours, unit_price=20_000.0)
    add(ours)
    with seeing(ours):
        rows = {name: find(specs.Accelerator, name, "it").snapshot for name in (H100, "teaching-chip")}
        assert diff(rows) == ()
    changed, own = diff(rows)
    assert changed.course == own.course == "ML systems, Spring 2027"
    assert not changed.gone and "(was $20" in " ".join(changed.figures)
    assert own.gone and own.figures == ()


def test_announced_chips_are_marked_in_pickers_and_beside_results():
    Accelerator.objects.filter(slug="t4").update(announced=True)
    assert "NVIDIA T4 (announced)" in [name for _, name, _ in choices(specs.Accelerator)]
    assert find(specs.Accelerator, "nvidia t4", "it").snapshot["remarks"][0].startswith("It is announced")
    assert not any("announced" in name for _, name, _ in choices(specs.Node))


def test_no_query_of_the_shared_tables_finds_a_row_of_a_course(ours):
    before = Accelerator.objects.count(), Node.objects.count()
    add(ours)
    with seeing(ours):
        assert (Accelerator.objects.count(), Node.objects.count()) == before
