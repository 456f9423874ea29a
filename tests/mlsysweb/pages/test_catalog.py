"""The public catalog: any visitor filters, sorts, compares and downloads it; a wrong question gets a sentence."""

import csv
import json
from html import unescape
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.models import TABLES, Accelerator, CatalogVersion, Grid, Node
from catalog.models.history import editing
from mlsysweb.pages.catalog.question import names_of
from mlsysweb.pages.catalog.tables import MODELS, read_table

pytestmark = pytest.mark.usefixtures("catalog")

H100 = "h100-sxm5-80gb"
CHIPS = "/catalog/accelerators/"


def names(answer):
    return [row.slug for row in answer.context["page"].rows]


def test_every_table_of_the_catalog_is_listed_with_its_rows(client):
    page = client.get("/catalog/").context["page"]
    assert len(page.tables) == len(TABLES)
    offered = {path: model.objects.filter(archived=False).count() for path, model in MODELS.items()}
    assert [table.rows for table in page.tables] == [f"{count} rows" for count in offered.values()]


def test_tables_have_the_plural_of_their_rows_as_title(client):
    titles = [table.link.words for table in client.get("/catalog/").context["page"].tables]
    plain = ["Accelerators", "Models", "Fabrics", "Nodes", "Grids", "Fleets", "Cloud regions", "Datasets"]
    assert titles == [*plain, "Storage systems"]


@pytest.mark.parametrize("path", sorted(MODELS))
def test_counts_of_rows_are_in_the_plural(client, path):
    read = read_table(path)
    assert read.counted(1) == f"1 {read.singular}" and read.counted(2) == f"2 {read.title.lower()}"
    row = read.records[0].slug
    for address in ("/catalog/", f"/catalog/{path}/", f"/catalog/{path}/{row}/"):
        page = unescape(client.get(address).content.decode())
        assert "storages" not in page and "data sets" not in page.lower(), address


@pytest.mark.parametrize("path", sorted(MODELS))
def test_the_admin_leads_to_the_public_page_of_each_kind_of_row(admin_client, path):
    row = MODELS[path].objects.first()
    form = admin_client.get(reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])).content.decode()
    assert f'href="/catalog/{path}/{row.slug}/"' in form
    assert admin_client.get(f"/catalog/{path}/{row.slug}/").status_code == 200


def test_the_header_leads_everybody_to_the_public_page_and_staff_from_there_to_the_forms(client):
    assert 'href="/catalog/">Catalog' in client.get("/").content.decode()
    assert "/admin/" not in client.get("/catalog/").content.decode()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    assert 'href="/admin/"' in client.get("/catalog/").content.decode()
    assert 'href="/admin/catalog/accelerator/"' in client.get(CHIPS).content.decode()
    pk = Accelerator.objects.get(slug=H100).pk
    assert f'href="/admin/catalog/accelerator/{pk}/change/"' in client.get(f"{CHIPS}{H100}/").content.decode()


@pytest.mark.parametrize("path", sorted(MODELS))
def test_a_table_is_light_and_has_its_rows(client, path):
    answer = client.get(f"/catalog/{path}/")
    assert answer.status_code == 200 and answer.context["page"].rows
    assert len(answer.content) < 200_000


@pytest.mark.parametrize("path", sorted(MODELS))
def test_every_row_has_a_page(client, path):
    for slug in MODELS[path].objects.values_list("slug", flat=True)[::7]:
        assert client.get(f"/catalog/{path}/{slug}/").status_code == 200, slug


def test_rows_are_filtered_by_column_year_and_words(client):
    found = names(client.get(CHIPS, {"vendor": "nvidia", "tier": "cloud", "release_year": "2022", "q": "h100 sxm"}))
    rows = Accelerator.objects.in_bulk(found, field_name="slug").values()
    assert H100 in found
    assert {row.vendor for row in rows} == {"NVIDIA"} and min(row.release_year for row in rows) >= 2022
    assert "mi300x" not in found


def test_rows_are_sorted_either_way_and_unknown_figures_come_last(client):
    for sort, best in (("-tdp", max), ("tdp", min)):
        slugs = names(client.get(CHIPS, {"sort": sort}))
        figures = [Accelerator.objects.get(slug=slug).tdp for slug in slugs]
        known = [figure for figure in figures if figure is not None]
        assert known[0] == best(known) and known == sorted(known, reverse=sort.startswith("-"))
        assert None not in figures[: len(known)]


def test_columns_are_chosen_and_rows_without_one_can_be_left_out(client):
    asked = {"columns": ["spot_price", "vendor"], "complete": "1"}
    page = client.get(CHIPS, asked).context["page"]
    assert [head.label for head in page.heads] == ["Vendor", "Spot price"]
    assert len(page.rows) == Accelerator.objects.exclude(spot_price=None).count()


def test_the_chart_draws_the_rows_that_have_both_figures(client):
    page = client.get(CHIPS, {"x": "tdp", "y": "unit_price"}).context["page"]
    known = Accelerator.objects.exclude(tdp=None).exclude(unit_price=None).count()
    plot = json.loads(page.figure.plot)
    assert sum(len(trace["x"]) for trace in plot["data"]) == known
    assert page.figure.description.startswith(f"{known} accelerators")


def test_a_chart_of_too_few_points_says_so(client):
    page = client.get(CHIPS, {"q": H100}).context["page"]
    assert page.figure is None and "fewer than two" in page.undrawn


def test_up_to_six_rows_are_compared_with_the_first(client):
    page = client.get(CHIPS, {"compare": [H100, "mi300x"]}).context["page"]
    ours, theirs = (Accelerator.objects.get(slug=slug).memory_bandwidth for slug in (H100, "mi300x"))
    cells = next(figure.cells for figure in page.comparison.figures if figure.label == "Memory bandwidth")
    assert cells[0][1] == "" and cells[1][1] == f"{theirs / ours:.2g}×"
    assert all(any(text != "–" for text, _ in figure.cells) for figure in page.comparison.figures)
    many = ",".join(Accelerator.objects.values_list("slug", flat=True)[:7])
    assert "takes at most 6 rows; 7 are given" in client.get(CHIPS, {"compare": many}).content.decode()


def test_the_link_of_a_table_holds_its_whole_state(client):
    asked = {"tier": "cloud", "columns": "tdp,vendor", "sort": "tdp", "x": "tdp", "y": "unit_price", "compare": H100}
    page = client.get(CHIPS, asked, headers={"HX-Request": "true"}).context["page"]
    again = client.get(page.url).context["page"]
    assert again == page
    assert client.get(CHIPS).context["page"].url == CHIPS


def test_an_update_is_the_rows_alone(client):
    answer = client.get(CHIPS, {"tier": "tiny"}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<section id="rows"')
    assert answer["HX-Replace-Url"] == f"{CHIPS}?tier=tiny"


def test_all_rows_are_on_the_pages_of_a_long_table(client):
    seen = [slug for page in (1, 2, 3, 4) for slug in names(client.get("/catalog/grids/", {"page": page}))]
    assert sorted(seen) == sorted(Grid.objects.filter(archived=False).values_list("slug", flat=True))


BAD = [
    ({"vendor": "nvidiaa"}, "Did you mean NVIDIA?"),
    ({"sort": "tdpp"}, "sort has no column 'tdpp'. Did you mean tdp?"),
    ({"columns": "tdp,price"}, "columns has no column 'price'"),
    ({"x": "vendor"}, "must be a column of numbers; Vendor is text."),
    ({"y": "nothing"}, "has no column 'nothing'"),
    ({"compare": "h100-sxm5-80g"}, "compare has no accelerator 'h100-sxm5-80g'. Did you mean h100-sxm5-80gb?"),
    ({"page": "0"}, "page must be a whole number from 1"),
    ({"page": "99"}, "page must be at most 2; 99 is not."),
    ({"complete": "maybe"}, "complete must be 1 or left out"),
    ({"vendr": "NVIDIA"}, "vendr is no part of a question to this table. Did you mean vendor?"),
    ({"q": "x" * 500}, "is 500 characters long"),
]


@pytest.mark.parametrize(("query", "words"), BAD, ids=lambda each: str(each)[:30])
def test_a_wrong_question_gets_a_sentence_that_names_the_field(client, query, words):
    page = client.get(CHIPS, query)
    update = client.get(CHIPS, query, headers={"HX-Request": "true"})
    download = client.get("/catalog/accelerators.csv", query)
    assert page.status_code == update.status_code == download.status_code == 422
    assert words in unescape(page.content.decode()) and words in unescape(update.content.decode())
    assert words in download.content.decode()


_words = st.one_of(st.text(max_size=12), st.sampled_from([H100, "tdp", "-tdp", "1", "99999999", "NVIDIA", "a,b", "²"]))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.one_of(st.sampled_from(sorted(["vendor", "tier", "release_year"])), _words), _words)))
def test_no_query_string_breaks_a_page_or_a_download(client, pairs):
    query = urlencode(pairs, errors="replace")
    for path in (CHIPS, "/catalog/accelerators.csv", "/catalog/accelerators.json"):
        assert client.get(f"{path}?{query}").status_code in (200, 302, 422)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.sampled_from(names_of_chips := ["q", "complete", "columns", "sort", "x", "y", "page"]), _words)
)
def test_no_value_of_a_known_name_breaks_a_page(client, query):
    answer = client.get(f"{CHIPS}?{urlencode(query, errors='replace')}")
    assert answer.status_code in (200, 422)


def test_the_names_tried_are_those_of_the_table():
    assert set(names_of_chips) < set(names_of(read_table("accelerators")))


def test_an_unknown_row_is_not_found_and_near_ones_are_named(client):
    answer = client.get(f"{CHIPS}h10/")
    html = unescape(answer.content.decode())
    assert answer.status_code == 404
    assert "No accelerator in the catalog is called 'h10'" in html and f'href="{CHIPS}{H100}/"' in html
    assert client.get(f"{CHIPS}h10.csv").status_code == client.get(f"{CHIPS}h10.json").status_code == 404


def test_an_unknown_table_is_not_found_and_all_are_named(client):
    answer = client.get("/catalog/chips/")
    assert answer.status_code == 404 and 'href="/catalog/accelerators/"' in answer.content.decode()


def test_a_row_is_found_by_its_name_in_any_case(client):
    answer = client.get(f"{CHIPS}NVIDIA H100 SXM5 80GB/")
    assert answer.status_code == 302 and answer["Location"] == f"{CHIPS}{H100}/"


def test_a_row_shows_every_known_figure_and_lists_the_others(client):
    row, page = Accelerator.objects.get(slug=H100), client.get(f"{CHIPS}{H100}/").context["page"]
    columns = [column for column in read_table("accelerators").columns if column.kind.value == "figure"]
    shown = {figure.label for group in page.groups for figure in group.rows}
    for column in columns:
        known = (row.figures()[column.name] if column.derived else getattr(row, column.name)) is not None
        assert (column.label in shown) == known
        assert (column.label in page.unknown.split(", ")) == (not known)


@pytest.mark.parametrize(
    ("verified", "confidence", "word"),
    [
        ("yes", "A", "checked"),
        ("yes", "B", "transcribed"),
        ("yes", "", "transcribed"),
        ("partly", "A", "unknown"),
        ("no", "B", "recalled"),
        ("convention", "", "teaching value"),
    ],
)
def test_the_origin_of_a_figure_is_what_the_row_says_and_else_unknown(client, verified, confidence, word):
    Accelerator.objects.filter(slug=H100).update(verified=verified, confidence=confidence, figure_sources={})
    figures = [row for group in client.get(f"{CHIPS}{H100}/").context["page"].groups for row in group.rows]
    assert {row.origin for row in figures if "Boavizta" not in row.label and row.label != "Shared bus"} == {word}
    assert {row.origin for row in figures if row.label == "Shared bus"} == {"derived"}
    assert {row.origin for row in figures if "Boavizta" in row.label} <= {"estimated"}


def test_a_figure_that_the_site_computes_is_marked_as_derived(client):
    figures = [row for group in client.get("/catalog/grids/france/").context["page"].groups for row in group.rows]
    assert {row.label: row.origin for row in figures}["Water intensity, derived"] == "derived"


def test_a_row_that_is_partly_recalled_and_says_which_figures_has_read_the_others(client):
    own = {"tdp": {"method": "recalled"}}
    Accelerator.objects.filter(slug=H100).update(verified="partly", figure_sources=own)
    figures = [row for group in client.get(f"{CHIPS}{H100}/").context["page"].groups for row in group.rows]
    origins = {row.name: row.origin for row in figures}
    assert (origins["tdp"], origins["memory_bandwidth"]) == ("recalled", "transcribed")


def test_a_figure_with_a_source_of_its_own_has_a_footnote_and_the_others_none(client):
    press = {"method": "estimated", "source": "A press report", "url": "https://example.org/", "date": "2026-10"}
    own = {"tdp": press, "die_area": {**press, "method": "transcribed"}, "peak_fp64": {"method": "recalled"}}
    Accelerator.objects.filter(slug=H100).update(figure_sources=own)
    answer = client.get(f"{CHIPS}{H100}/")
    figures = {row.name: row for group in answer.context["page"].groups for row in group.rows}
    (footnote,) = answer.context["page"].footnotes
    assert (footnote.source.text, footnote.source.url) == ("A press report, 2026-10", "https://example.org/")
    assert {name for name, row in figures.items() if row.footnote} == {"tdp", "die_area"}
    page = answer.content.decode()
    assert 'id="figure-tdp"' in page and 'href="#source-1"' in page and "/admin/" not in page
    lines = {row["name"]: row for row in csv.DictReader(client.get(f"{CHIPS}{H100}.csv").content.decode().splitlines())}
    assert (lines["tdp"]["source"], lines["tdp"]["origin"]) == ("A press report", "estimated")
    assert lines["memory_bandwidth"]["source"] == Accelerator.objects.get(slug=H100).source
    document = client.get(f"{CHIPS}{H100}.json").json()
    assert {"slug": H100, "figure": "tdp", **press} in document["figure_sources"]


def test_staff_is_led_from_a_figure_to_its_field(client):
    client.force_login(User.objects.create_user("ada", is_staff=True))
    row = Accelerator.objects.get(slug=H100)
    assert (
        f'href="/admin/catalog/accelerator/{row.pk}/change/#id_tdp"' in client.get(f"{CHIPS}{H100}/").content.decode()
    )


def test_a_figure_is_ranked_among_the_known_figures_of_its_peers(client):
    peers = Accelerator.objects.filter(tier="cloud", archived=False).exclude(memory_bandwidth=None)
    row = Accelerator.objects.get(slug=H100)
    figures = [figure for group in client.get(f"{CHIPS}{H100}/").context["page"].groups for figure in group.rows]
    bar = next(figure.peers for figure in figures if figure.label == "Memory bandwidth")
    better = peers.filter(memory_bandwidth__gt=row.memory_bandwidth).count()
    assert bar.rank.replace("=", "") == f"{better + 1} of {peers.count()}"


def test_a_row_leads_to_what_uses_it_and_to_the_walls_with_it(client):
    page = client.get(f"{CHIPS}{H100}/").context["page"]
    links = {group.heading: [link.url for link in group.links] for group in page.used_by}
    nodes = Node.objects.filter(accelerator__slug=H100, archived=False).values_list("slug", flat=True)
    assert sorted(links["Nodes"]) == sorted(f"/catalog/nodes/{slug}/" for slug in nodes)
    assert links["Fleets"] and links["Worked examples"]
    assert f"/walls/roofline/?accelerator={H100}" in [link.url for link in page.walls]
    for link in page.walls:
        assert client.get(link.url).status_code in (200, 422), link.url


def test_a_chip_has_its_roofline_or_a_sentence(client):
    assert client.get(f"{CHIPS}{H100}/").context["page"].figure.id.startswith("roofline")
    bare = Accelerator.objects.create(slug="bare", name="Bare", vendor="Nobody", tier="edge", source_date="2026")
    page = client.get(f"{CHIPS}{bare.slug}/").context["page"]
    assert page.figure is None and page.undrawn.startswith("No roofline:")


def test_an_archived_row_has_a_page_that_says_so_and_no_place_in_the_table(client):
    Accelerator.objects.filter(slug=H100).update(archived=True)
    assert client.get(f"{CHIPS}{H100}/").context["page"].archived
    assert H100 not in names(client.get(CHIPS, {"q": "h100"}))


def test_changes_are_told_with_both_values_and_without_who_made_them(client):
    row = Accelerator.objects.get(slug=H100)
    row.tdp = 600.0
    with editing(User.objects.create_user("grace"), "As grace measured"):
        row.save()
    answer = client.get(f"{CHIPS}{H100}/")
    history = answer.context["page"].history
    assert history[0].what == "Edited. Thermal design power: 700 W → 600 W."
    assert history[1].what == "Loaded into this site."
    assert "grace" not in answer.content.decode()


def test_an_old_slug_leads_to_the_row(client):
    row = Accelerator.objects.get(slug=H100)
    row.slug = "h100-renamed"
    row.save()
    assert client.get(f"{CHIPS}{H100}/", follow=True).redirect_chain == [(f"{CHIPS}h100-renamed/", 302)]
    assert client.get(f"{CHIPS}{H100}.json").json() == client.get(f"{CHIPS}h100-renamed.json").json()


@pytest.mark.parametrize(
    ("to", "start"),
    [
        ("a@example.org", "mailto:a@example.org?subject=Catalog%3A%20NVIDIA"),
        ("https://example.org/issues/new", "https://example.org/issues/new?title=Catalog%3A%20NVIDIA"),
        ("", ""),
    ],
)
def test_errors_are_reported_where_a_setting_says(client, settings, to, start):
    settings.CATALOG_REPORTS_TO = to
    page = client.get(f"{CHIPS}{H100}/").context["page"]
    assert page.report.startswith(start) and bool(page.report) == bool(to)


def test_the_citation_names_source_row_and_version(client):
    citation = client.get(f"{CHIPS}{H100}/").context["page"].citation
    row = Accelerator.objects.get(slug=H100)
    for part in (row.source, row.source_date, row.name, CatalogVersion.now()[:8], f"{CHIPS}{H100}/"):
        assert part in citation


@pytest.mark.parametrize("path", sorted(MODELS))
def test_a_table_comes_as_csv_and_json_with_raw_values_and_units(client, path):
    text = client.get(f"/catalog/{path}.csv").content.decode()
    head, *rows = csv.reader(text.splitlines())
    document = client.get(f"/catalog/{path}.json").json()
    table = read_table(path)
    assert len(rows) == len(document["rows"]) == len(table.records)
    assert [name.partition(" [")[0] for name in head] == ["slug", *(column.name for column in table.columns)]
    assert [column["name"] for column in document["columns"]] == [column.name for column in table.columns]


def test_a_download_has_the_figures_in_si_with_their_unit(client):
    row = next(
        r
        for r in csv.DictReader(client.get("/catalog/accelerators.csv").content.decode().splitlines())
        if r["slug"] == H100
    )
    assert float(row["memory_bandwidth [byte/s]"]) == Accelerator.objects.get(slug=H100).memory_bandwidth
    document = client.get(f"{CHIPS}{H100}.json").json()
    assert document["rows"][0]["memory_bandwidth"] == Accelerator.objects.get(slug=H100).memory_bandwidth
    assert "byte/s" in client.get(f"{CHIPS}{H100}.csv").content.decode()


def test_a_download_takes_the_question_of_the_page(client):
    text = client.get("/catalog/accelerators.csv", {"vendor": "AMD", "columns": "tdp"}).content.decode()
    head, *rows = csv.reader(text.splitlines())
    assert head == ["slug", "name", "tdp [W]"]
    assert len(rows) == Accelerator.objects.filter(vendor="AMD", archived=False).count()


def test_a_download_is_sent_again_only_when_the_catalog_has_changed(client):
    tag = client.get("/catalog/accelerators.csv")["ETag"]
    assert client.get("/catalog/accelerators.csv", headers={"If-None-Match": tag}).status_code == 304
    Accelerator.objects.filter(slug=H100).update(tdp=699)
    answer = client.get("/catalog/accelerators.csv", headers={"If-None-Match": tag})
    assert answer.status_code == 200 and answer["ETag"] != tag


def test_the_catalog_is_read_without_an_account():
    assert all(Client().get(path).status_code == 200 for path in ("/catalog/", CHIPS, f"{CHIPS}{H100}/"))


def test_the_rows_of_an_answer_lead_to_their_pages_live_and_saved(client):
    link = f'<a href="{CHIPS}mi300x/">AMD Instinct MI300X</a>'
    live = client.get("/walls/roofline/", {"accelerator": "mi300x"}).content.decode()
    assert f"{link}:" in live and '<a href="/catalog/models/llama-3-8b/">' in live
    saved = client.post("/s/save/", {"page": "/walls/roofline/?accelerator=mi300x"})["Location"]
    html = client.get(saved).content.decode()
    assert f"<dd>{link}</dd>" in html and f"{link}:" in html


def test_the_rows_of_a_saved_page_over_many_walls_lead_to_their_pages(client):
    saved = client.post("/s/save/", {"page": "/system/?accelerator=mi300x"})["Location"]
    assert f'<dd><a href="{CHIPS}mi300x/">AMD Instinct MI300X</a></dd>' in client.get(saved).content.decode()


def test_typed_figures_are_drawn_beside_the_row_and_not_saved(client):
    client.force_login(User.objects.create_superuser("ada"))
    typed = {"name": "NVIDIA H100", "slug": H100, "tier": "cloud", "peak_fp16": "1200", "memory_bandwidth": "12 kg"}
    page = client.post(f"{CHIPS}preview/", typed).context["page"]
    assert page.errors == ("Memory bandwidth needs a bandwidth (byte/s); '12 kg' is a mass.",)
    assert page.figure is None and "memory bandwidth" in page.undrawn
    typed |= {"memory_bandwidth": "4", "memory_capacity": "100"}
    page = client.post(f"{CHIPS}preview/", {**typed, "memory_bandwidth": "4,000"}).context["page"]
    assert page.errors == () and "As typed" in page.figure.plot and "H100 SXM5" in page.figure.plot
    assert Accelerator.objects.get(slug=H100).memory_bandwidth == 3.35e12


def test_the_preview_is_for_editors_of_chips(client):
    assert client.post(f"{CHIPS}preview/", {}).status_code == 403
    client.force_login(User.objects.create_user("ben", is_staff=True))
    assert client.post(f"{CHIPS}preview/", {}).status_code == 403
