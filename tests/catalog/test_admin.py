import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from catalog.fields import QuantityField
from catalog.models import TABLES, Accelerator, CloudRegion, Fabric, Grid, Model, Node
from catalog.models.history import revisions
from catalog.resolve import find
from solvers import specs
from solvers.quantities import format_quantity

every_table = pytest.mark.parametrize("table", TABLES)


def url(table, page, *args):
    return reverse(f"admin:catalog_{table._meta.model_name}_{page}", args=args)


def page(client, path, **query):
    """Return the text of an admin page without tags."""
    response = client.get(path, query)
    assert response.status_code == 200
    return unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).replace("\u00a0", " ")


def filled(client, row):
    """Return the form data that the change page of a row would submit unchanged."""
    form = client.get(url(type(row), "change", row.pk)).context["adminform"].form
    return shown(form)


def shown(form):
    """Return the data that a form submits as it is shown."""
    values = {name: form[name].value() for name in form.fields}
    values |= lines(values.pop("figure_sources"))
    return {name: value for name, value in values.items() if value is not None and value is not False}


def lines(sources):
    """Return the inputs of the sources of single figures, of which a page has two empty lines more."""
    rows = [{"figure": figure, **said} for figure, said in sources.items()] if isinstance(sources, dict) else sources
    return {
        f"figure_sources-{place}-{part}": row.get(part, "")
        for place, row in enumerate([*(rows or []), {}, {}])
        for part in ("figure", "method", "source", "url", "date", "note")
    }


def send(client, row, **typed):
    return client.post(url(type(row), "change", row.pk), {**filled(client, row), **typed})


def errors(response):
    return {name: list(sentences) for name, sentences in response.context["adminform"].form.errors.items()}


def row(slug="h100-sxm5-80gb", table=Accelerator):
    return table.objects.get(slug=slug)


@every_table
def test_a_list_shows_rows_and_human_units(as_ada, table):
    text = page(as_ada, url(table, "changelist"), all="")
    columns = admin.site.get_model_admin(table).columns
    for name in columns:
        if isinstance(table._meta.get_field(name), QuantityField):
            declared = table._meta.get_field(name).declared
            value = getattr(table.objects.exclude(**{name: None}).first(), name)
            assert format_quantity(value, declared.unit, declared.display_unit) in text, name
    assert str(table.objects.first()) in text


def test_figures_are_read_as_people_say_them(as_ada):
    text = page(as_ada, url(Accelerator, "changelist"), q="h100-sxm5-80gb")
    assert all(words in text for words in ("990 TFLOP/s", "85.9 GB", "3.35 TB/s", "700 W", "$25k"))
    assert "820 gCO₂e/kWh" in page(as_ada, url(Grid, "changelist"), q="poland (tutorial)")


@every_table
def test_a_row_is_found_by_its_slug(as_ada, table):
    wanted, other = table.objects.order_by("-slug")[0], table.objects.order_by("slug")[0]
    rows = as_ada.get(url(table, "changelist"), {"q": wanted.slug}).context["cl"].result_list
    assert wanted in rows and other not in rows


@every_table
def test_every_filter_of_a_list_narrows_it(as_ada, table):
    response = as_ada.get(url(table, "changelist"))
    for spec in response.context["cl"].filter_specs:
        chosen = list(spec.choices(response.context["cl"]))[1]["query_string"]
        narrowed = as_ada.get(url(table, "changelist") + chosen)
        assert narrowed.status_code == 200 and narrowed.context["cl"].has_active_filters, chosen


@every_table
def test_a_row_can_be_opened_and_saved_untouched_without_a_change(as_ada, table):
    for each in (table.objects.first(), table.objects.last()):
        before = table.objects.filter(pk=each.pk).values().get()
        assert send(as_ada, each).status_code == 302
        after = table.objects.filter(pk=each.pk).values().get()
        assert {**before, "updated_at": None} == {**after, "updated_at": None}


@every_table
def test_no_figure_of_any_row_changes_by_being_shown(as_ada, table):
    model_admin = admin.site.get_model_admin(table)
    fields = {f.name: f.formfield() for f in table._meta.fields if isinstance(f, QuantityField)}
    for each in table.objects.all():
        for name, field in fields.items():
            assert field.clean(field.prepare_value(getattr(each, name))) == getattr(each, name), (each, name)
    assert set(fields) <= set(flat(model_admin.groups)), "a figure is missing from the form"


def flat(groups):
    for _, options in groups:
        for name in options["fields"]:
            yield from (name,) if isinstance(name, str) else name


@every_table
def test_the_add_page_opens_and_asks_for_a_source(as_ada, table):
    assert as_ada.get(url(table, "add")).status_code == 200
    missing = errors(as_ada.post(url(table, "add"), {}))
    assert {"name", "slug", "source", "source_date"} <= set(missing)


def test_a_person_types_a_bandwidth_with_its_unit_and_reads_it_back(as_ada):
    assert send(as_ada, row(), memory_bandwidth="4.8 TB/s", memory_capacity="141 GiB").status_code == 302
    assert (row().memory_bandwidth, row().memory_capacity) == (4.8e12, 141 * 2.0**30)
    assert 'value="4,800"' in as_ada.get(url(Accelerator, "change", row().pk)).content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("memory_bandwidth", "12 kg", "Memory bandwidth needs a bandwidth (byte/s); '12 kg' is a mass."),
        ("tdp", "-1 W", "Thermal design power must be at least 0 W; -1 W is not."),
        ("peak_fp16", "0", "FP16 must be above 0 FLOP/s; 0 FLOP/s is not."),
        ("slug", "H 100", "Small letters, digits, and single hyphens or dots between."),
        ("slug", "t4", "Accelerator with this Slug already exists."),
        ("name", "nvidia t4", "There is a row of this name; pickers take names, so each must be one thing."),
        ("source_date", "yesterday", "A year, a month (2026-10) or a day (2026-10-31)."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(as_ada, field, typed, sentence):
    before = Accelerator.objects.filter(pk=row().pk).values().get()
    response = send(as_ada, row(), **{field: typed})
    said = errors(response)
    assert sentence in said.get(field, said.get("__all__", []))
    assert unescape(response.content.decode()).count(sentence) == 1
    assert Accelerator.objects.filter(pk=before["id"]).values().get() == before


def test_an_edited_row_shows_so_and_hiding_one_is_no_edit(as_ada):
    send(as_ada, row(), archived="on")
    assert row().archived and row().edited_at is None
    send(as_ada, row(), tdp="600 W")
    assert row().edited_at is not None
    found = as_ada.get(url(Accelerator, "changelist"), {"edited": "yes"}).context["cl"].result_list
    assert list(found) == [row()]
    untouched = as_ada.get(url(Accelerator, "changelist"), {"edited": "no"}).context["cl"].queryset
    assert row() not in untouched and untouched.count() == Accelerator.objects.count() - 1


def test_a_row_added_by_a_person_is_theirs(as_ada):
    chip = row()
    typed = {**filled(as_ada, chip), "name": "Twice an H100", "slug": "twice-h100", "memory_bandwidth": "6.7 TB/s"}
    assert as_ada.post(url(Accelerator, "add"), typed).status_code == 302
    made = row("twice-h100")
    assert (made.memory_bandwidth, made.peak_fp16) == (6.7e12, chip.peak_fp16) and made.edited_at


def act(client, name, *rows, among=""):
    """Run an action on rows selected in a list, filtered by the query `among`."""
    typed = {"action": name, "_selected_action": [each.pk for each in rows]}
    return client.post(url(type(rows[0]), "changelist") + among, typed, follow=True)


def test_rows_are_archived_and_brought_back(as_ada):
    said = act(as_ada, "archive", row(), row("t4"), among="?archived__exact=0").content.decode()
    assert "Archived: 2 accelerators." in said
    assert re.search(r"Archived\s+no\s+→\s+yes", page(as_ada, url(Accelerator, "history", row().pk)))
    assert row().archived and row("t4").archived and not row("a10").archived
    act(as_ada, "bring_back", row())
    assert not row().archived and row("t4").archived


def test_a_row_takes_the_shipped_figures_again(as_ada):
    send(as_ada, row(), tdp="600 W", note="Mine.")
    own = Accelerator.objects.create(slug="own", name="Own", vendor="us", tier="edge", source="us", source_date="2026")
    said = unescape(act(as_ada, "take_shipped", row(), own, among="?q=o").content.decode())
    assert (row().tdp, row().edited_at) == (700, None) and row().note != "Mine."
    assert "Took the shipped figures again: 1 accelerator." in said
    assert "Own is left as it is: it did not come with the site." in said


def test_what_is_used_is_archived_instead_of_deleted(as_ada):
    fabric = row("ib-ndr", Fabric)
    said = page(as_ada, url(Fabric, "delete", fabric.pk))
    assert "is used, so it is not deleted. Archive it instead" in said and "fleets" in said
    as_ada.post(url(Fabric, "delete", fabric.pk), {"post": "yes"})
    assert row("ib-ndr", Fabric).archived


def test_several_rows_are_not_deleted_while_one_of_them_is_used(as_ada):
    said = act(as_ada, "delete_selected", row(), row("rtx-3090")).content.decode()
    assert "NVIDIA H100 SXM5 80GB is used by 7 nodes, 21 fleets, " in said
    typed = {"action": "delete_selected", "_selected_action": [row().pk, row("rtx-3090").pk], "post": "yes"}
    as_ada.post(url(Accelerator, "changelist"), typed)
    assert row() and row("rtx-3090")


def test_what_nobody_points_at_is_deleted_by_who_may(as_ada):
    as_ada.post(url(Accelerator, "delete", row("rtx-3090").pk), {"post": "yes"})
    assert not Accelerator.objects.filter(slug="rtx-3090").exists()


@pytest.fixture
def as_ben(catalog):
    """A client for staff who may view accelerators but not change them."""
    ben = User.objects.create_user("ben", is_staff=True)
    ben.user_permissions.add(Permission.objects.get(codename="view_accelerator"))
    client = Client()
    client.force_login(ben)
    return client


def test_who_may_only_look_reads_human_units_and_can_do_nothing(as_ben):
    text = page(as_ben, url(Accelerator, "change", row().pk))
    assert "3.35 TB/s" in text and "3350000000000" not in text
    assert as_ben.post(url(Accelerator, "change", row().pk), {"tdp": "1 W"}).status_code == 403
    act(as_ben, "archive", row())
    assert not row().archived and as_ben.get(url(Grid, "changelist")).status_code == 403


def test_a_visitor_is_asked_to_log_in(catalog):
    assert Client().get(url(Accelerator, "changelist")).headers["Location"].startswith("/admin/login/")


def test_unusual_figures_are_saved_only_when_accepted(as_ada):
    typed = {"memory_bandwidth": "13", "peak_fp8": "3960"}
    response = send(as_ada, row(), **typed)
    text = unescape(response.content.decode())
    assert "Not saved yet: 3 remarks to read" in text and "Please correct" not in text
    assert "13 GB/s is far below the shipped accelerators of this tier: nine in ten have" in text
    assert "FP8 is 4× FP16; dense rates are usually 1× or 2×. Is it a rate with sparsity?" in text
    assert 'value="13"' in text and row().memory_bandwidth == 3.35e12
    accepted = response.context["digest"]
    assert send(as_ada, row(), **typed, accepted=accepted).status_code == 302
    assert (row().memory_bandwidth, row().peak_fp8) == (13e9, 3960e12)


def test_what_was_accepted_of_other_figures_does_not_count(as_ada):
    accepted = send(as_ada, row(), memory_bandwidth="13").context["digest"]
    assert send(as_ada, row(), memory_bandwidth="12", accepted=accepted).status_code == 200
    assert row().memory_bandwidth == 3.35e12


def test_figures_that_were_not_touched_are_not_judged(as_ada):
    send(as_ada, row(), memory_bandwidth="13", accepted=send(as_ada, row(), memory_bandwidth="13").context["digest"])
    assert send(as_ada, row(), note="Mine.").status_code == 302


@pytest.mark.parametrize(
    ("slug", "table", "typed", "field", "sentence"),
    [
        (
            "mixtral-8x7b",
            Model,
            {"active_parameters": "300B", "parameters": "80B"},
            "active_parameters",
            "Active parameters must be at most the parameters, 80B parameters; 300B parameters is not.",
        ),
        (
            "france",
            Grid,
            {"share_coal": "70"},
            "share_coal",
            "The shares of the mix add up to 169.",
        ),
        ("t4", Accelerator, {"release_year": "26"}, "release_year", "Release year needs a year from 1940 to "),
        ("t4", Accelerator, {"release_year": "2126"}, "release_year", "Release year needs a year from 1940 to "),
        ("t4", Accelerator, {"source_date": "2026-13"}, "source_date", "A year, a month (2026-10) or a day"),
    ],
)
def test_what_cannot_be_is_refused_also_when_accepted(as_ada, slug, table, typed, field, sentence):
    response = send(as_ada, row(slug, table), **typed, accepted="yes")
    assert any(said.startswith(sentence) for said in errors(response)[field]), errors(response)
    assert "Save anyway" not in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("January 2026", "2026-01"), ("Oct 2025", "2025-10"), ("31 October 2025", "2025-10-31"), ("2025/10", "2025-10")],
)
def test_a_date_in_words_is_read_and_not_cut_off(as_ada, typed, stored):
    assert "maxlength" not in as_ada.get(url(Accelerator, "change", row().pk)).content.decode()
    assert send(as_ada, row(), source_date=typed).status_code == 302
    assert row().source_date == stored


def test_the_history_says_who_changed_what_when_and_why_and_a_version_is_restored(as_ada):
    Accelerator.objects.filter(pk=row().pk).update(figure_sources={})  # else its price asks for its own source
    send(as_ada, row(), tdp="600", reason="Measured in our lab")
    send(as_ada, row(), tdp="650", unit_price="$30,000")
    said = " ".join(page(as_ada, url(Accelerator, "history", row().pk)).split())
    assert "ada Edited Thermal design power 700 W → 600 W Measured in our lab" in said
    assert "Thermal design power 600 W → 650 W Unit price $25,000 → $30,000" in said
    first, second = list(revisions(row()).filter(action="edited").reverse())
    back = reverse("admin:catalog_accelerator_restore", args=[row().pk, first.pk])
    assert as_ada.get(back).status_code == 405
    as_ada.post(back)
    assert (row().tdp, row().unit_price, row().overrides) == (600, 25e3, ["tdp"])
    as_ada.post(reverse("admin:catalog_accelerator_restore", args=[row().pk, revisions(row()).last().pk]))
    assert (row().tdp, row().overrides, row().edited_at) == (700, [], None)
    assert second.changes == {"tdp": [600, 650], "unit_price": [25e3, 30e3]}


def test_a_version_whose_name_another_row_has_is_not_restored(as_ada):
    send(as_ada, row(), name="Mine")
    send(as_ada, row("t4"), name="NVIDIA H100 SXM5 80GB")
    back = reverse("admin:catalog_accelerator_restore", args=[row().pk, revisions(row()).last().pk])
    assert "Not restored: There is a row of this name" in unescape(as_ada.post(back, follow=True).content.decode())
    assert row().name == "Mine"


def test_of_two_editors_the_second_sees_both_values_and_loses_nothing(as_ada, catalog):
    Accelerator.objects.filter(pk=row().pk).update(figure_sources={})  # else its price asks for its own source
    grace = User.objects.create_superuser("grace", first_name="Grace", last_name="Hopper")
    as_grace = Client()
    as_grace.force_login(grace)
    mine = {**filled(as_ada, row()), "tdp": "11", "note": "Mine."}
    assert send(as_grace, row(), tdp="600", unit_price="$30,000").status_code == 302
    response = as_ada.post(url(Accelerator, "change", row().pk), mine)
    text = unescape(response.content.decode())
    assert "Grace Hopper saved this row after you opened it, so yours is not saved yet." in text
    assert re.search(r"Grace Hopper at .*: 600 W \(before: 700 W\)\. Yours: 11 W\.", text)
    assert re.search(r"Changed by Grace Hopper at .*: \$30,000 \(before: \$25,000\)", text)
    assert (row().tdp, row().unit_price) == (600, 30e3)
    kept = shown(response.context["adminform"].form)
    assert (kept["tdp"], kept["note"], kept["unit_price"]) == ("11", "Mine.", "30,000")
    accepted = as_ada.post(url(Accelerator, "change", row().pk), kept).context["digest"]
    assert as_ada.post(url(Accelerator, "change", row().pk), {**kept, "accepted": accepted}).status_code == 302
    assert (row().tdp, row().note, row().unit_price) == (11, "Mine.", 30e3)


def test_shipped_figures_stand_beside_edited_ones(as_ada):
    send(as_ada, row(), tdp="600", memory_capacity="80 GB")
    assert row().overrides == ["memory_capacity", "tdp"]
    text = as_ada.get(url(Accelerator, "change", row().pk)).content.decode()
    assert 'Shipped: 700 W. <button type="button" class="take-shipped" data-field="id_tdp" data-value="700">' in text
    assert text.count('class="take-shipped"') == 2
    send(as_ada, row(), tdp="700")
    assert row().overrides == ["memory_capacity"] and row().edited_at
    send(as_ada, row(), memory_capacity="80 GiB")
    assert row().overrides == [] and row().edited_at is None


def test_a_renamed_row_is_found_by_its_old_slug(as_ada, client):
    response = send(as_ada, row(), slug="h100-sxm")
    (said,) = errors(response)["slug"]
    assert said.startswith("The row is used by 7 nodes, 21 fleets, ")
    assert said.endswith(" questions. Links with its old slug will lead to the new one.")
    send(as_ada, row(), slug="h100-sxm", accepted=response.context["digest"])
    assert row("h100-sxm").former_slugs == ["h100-sxm5-80gb"]
    assert find(specs.Accelerator, "h100-sxm5-80gb", "accelerator").snapshot["slug"] == "h100-sxm"
    assert client.get("/walls/roofline/?accelerator=h100-sxm5-80gb").status_code == 200
    moved = client.get("/catalog/accelerators/h100-sxm5-80gb/")
    assert (moved.status_code, moved.headers["Location"]) == (302, "/catalog/accelerators/h100-sxm/")


def test_the_former_slug_of_another_row_is_not_taken(as_ada):
    chip = row()
    chip.slug = "h100-sxm"
    chip.save()
    said = errors(send(as_ada, row("rtx-3090"), slug="h100-sxm5-80gb"))["slug"]
    assert said == [
        "'h100-sxm5-80gb' was the slug of NVIDIA H100 SXM5 80GB, and links with it still lead there.",
    ]


def test_rows_that_lack_a_figure_are_listed(as_ada):
    found = as_ada.get(url(Accelerator, "changelist"), {"lacks": "unit_price"}).context["cl"].queryset
    assert set(found) == set(Accelerator.objects.filter(unit_price=None)) and found
    assert "By lacks" in page(as_ada, url(Accelerator, "changelist"))


def test_a_filter_by_a_figure_that_is_none_shows_all_rows(as_ada):
    found = as_ada.get(url(Accelerator, "changelist"), {"lacks": "password"}).context["cl"].queryset
    assert found.count() == Accelerator.objects.count()


def test_the_source_of_several_rows_is_set_at_once(as_ada):
    rows = row(), row("t4")
    asked = act(as_ada, "set_source", *rows).content.decode()
    assert "For 2 accelerators: NVIDIA H100 SXM5 80GB, NVIDIA T4" in asked
    typed = {"action": "set_source", "_selected_action": [each.pk for each in rows], "set": "Set"}
    empty = as_ada.post(url(Accelerator, "changelist"), typed)
    assert "Fill in at least one of source, URL, date and verified." in empty.content.decode()
    wrong = as_ada.post(url(Accelerator, "changelist"), {**typed, "source_date": "2026-13"})
    assert "A year, a month (2026-10) or a day (2026-10-31)." in wrong.context["form"].errors["source_date"]
    before = row("t4").source
    as_ada.post(
        url(Accelerator, "changelist"), {**typed, "verified": "yes", "source_date": "May 2026", "reason": "Read."}
    )
    assert [(each.verified, each.source_date) for each in (row(), row("t4"))] == [("yes", "2026-05")] * 2
    assert row("t4").source == before and sorted(row("t4").overrides) == ["source_date", "verified"]
    assert revisions(row()).first().reason == "Read."


def deletion(client, table):
    """Return the number by which the latest deleted row of a table is brought back."""
    return re.search(r'name="revision" value="(\d+)"', client.get(url(table, "deleted")).content.decode())[1]


def test_a_deleted_row_is_brought_back_with_its_values_its_history_and_its_slugs(as_ada):
    chip = Accelerator.objects.create(
        name="Gone", slug="gone-once", vendor="X", tier="cloud", tdp=7.0, source="me", source_date="2026"
    )
    chip.slug = "gone"
    chip.save()
    pk = chip.pk
    as_ada.post(url(Accelerator, "delete", pk), {"post": "yes"})
    assert not Accelerator.objects.filter(pk=pk).exists()
    deleted = url(Accelerator, "deleted")
    listed = page(as_ada, deleted)
    assert "Gone" in listed and "ada" in listed
    number = deletion(as_ada, Accelerator)
    answered = as_ada.post(deleted, {"revision": number}, follow=True).content.decode()
    assert "Restored Gone, with its history." in answered and "No row of this table is deleted." in answered
    again = Accelerator.objects.get(pk=pk)
    assert (again.slug, again.tdp, again.former_slugs) == ("gone", 7.0, ["gone-once"])
    assert [each.action for each in revisions(again)][:2] == ["restored", "deleted"]


def test_a_deleted_row_is_not_brought_back_over_another_nor_without_its_parts_nor_by_others(as_ada):
    chip = Accelerator.objects.create(
        name="Gone", slug="gone", vendor="X", tier="cloud", source="me", source_date="2026"
    )
    node = Node.objects.create(name="Holder", slug="holder", accelerator=chip, source="me", source_date="2026")
    node.delete()
    chip.delete()
    number = deletion(as_ada, Node)
    told = as_ada.post(url(Node, "deleted"), {"revision": number}, follow=True).content.decode()
    assert "Its accelerator is deleted, too" in told
    other = Accelerator.objects.create(name="gone", slug="x", vendor="X", tier="cloud", source="me", source_date="2026")
    number = deletion(as_ada, Accelerator)
    told = unescape(as_ada.post(url(Accelerator, "deleted"), {"revision": number}, follow=True).content.decode())
    assert "Not restored: There is a row of this name" in told
    assert as_ada.post(url(Accelerator, "deleted"), {"revision": "0"}).status_code == 404
    other.delete()
    staff = Client()
    staff.force_login(User.objects.create_user("eve", is_staff=True))
    assert staff.post(url(Accelerator, "deleted"), {"revision": number}).status_code == 403
    assert not Accelerator.objects.filter(slug="gone").exists()


@pytest.mark.parametrize("typed", ["Save as new", "1.5", "-1", "9" * 30, "987654321"])
def test_a_reference_that_is_no_key_is_an_error_at_its_field(as_ada, typed):
    region = CloudRegion.objects.first()
    fields = dict.fromkeys(("grid", "provider"), "")
    answer = as_ada.post(f"/admin/catalog/cloudregion/{region.pk}/change/", fields | {"name": "x", "grid": typed})
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.context["adminform"].form.errors["grid"][0]


def test_a_form_names_the_fields_that_it_requires_before_and_after_it_is_sent(as_ada):
    shown = unescape(as_ada.get(url(Accelerator, "add")).content.decode())
    named = ("Name", "Slug", "Vendor", "Tier", "Source", "Source date")
    assert all(f'data-required="{label} is required."' in shown for label in named)
    assert errors(as_ada.post(url(Accelerator, "add"), {}))["vendor"] == ["Vendor is required."]
