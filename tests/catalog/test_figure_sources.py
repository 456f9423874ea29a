"""The sources of single figures: shipped, loaded, edited in the admin, in the history, imported and exported."""

import re
import shutil
from html import unescape

import pytest

from catalog.figure_sources import figure_columns, figure_source_problems, read_sources, sources_text
from catalog.fixtures import FOLDER, BadData, records
from catalog.load import load, restore
from catalog.models import TABLES, Accelerator, CloudRegion
from catalog.models.history import editing, revisions
from catalog.plausibility import check_figures
from catalog.resolve import find
from catalog.transfer.export import FORMATS
from catalog.transfer.files import read_sheet
from catalog.transfer.plan import compare, parse
from solvers import specs
from solvers.shipped.figure_sources import EDITED, METHODS, FigureSource, figure_source_lines

from .test_admin import errors, filled, lines, row, url

OWN = {"tdp": {"method": "estimated", "source": "A press report", "date": "2026-10", "note": "Not by the vendor."}}


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "data")


def chip(**values):
    Accelerator.objects.filter(slug="t4").update(**values)
    return row("t4")


def send(client, sources, **typed):
    """Submit the form of the T4 with these sources, as the page would."""
    data = {name: text for name, text in filled(client, row("t4")).items() if not name.startswith("figure_sources")}
    return client.post(url(Accelerator, "change", row("t4").pk), {**data, **lines(sources), **typed})


@pytest.mark.parametrize("table", TABLES)
def test_every_shipped_source_of_a_figure_is_one_of_a_known_figure(table):
    for record in records(table):
        for figure in record.values["figure_sources"]:
            assert figure in figure_columns(table) and record.values[figure] is not None, (record.slug, figure)


def test_shipped_sources_name_a_method_and_those_that_are_read_a_document_or_that_of_the_row():
    shipped = list(figure_source_lines())
    assert len(shipped) > 2_000 and {line.kind for line in shipped} == {t.describes.__name__.lower() for t in TABLES}
    assert all(line.source.method in METHODS for line in shipped)
    assert not [line for line in shipped if line.source.url and not line.source.source]


def test_what_the_note_of_a_row_calls_recalled_its_figures_do(catalog):
    assert row("v100-pcie-32gb").figure_sources["sram_capacity"] == {"method": "recalled"}
    assert row("tpu-v5p").figure_sources["tdp"]["method"] == "estimated"
    assert CloudRegion.objects.get(slug="aws-ca-west-1").figure_sources["carbon_intensity"]["method"] == "derived"


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("accelerator,nothing,tdp,estimated,,,,", "slug: 'nothing' is no row of accelerators"),
        ("accelerator,t4,colour,estimated,,,,", "'colour' is no figure of accelerators"),
        ("accelerator,t4,tdp,guessed,,,,", "the method must be one of checked"),
        ("accelerator,t4,tdp,,,,,", "needs a method, a source or a note"),
        ("accelerator,t4,tdp,estimated,Press,,2026-13,", "the date must be a year"),
        ("accelerator,t4,tdp,estimated,Press,javascript:x,,", "must begin with https:// or http://"),
        ("accelerator,t4,peak_fp4,estimated,,,,", "'t4' has no peak_fp4"),
        ("chip,t4,tdp,estimated,,,,", "kind: 'chip' is none of accelerator"),
        ("accelerator,t4,tdp,estimated", "needs 8 cells"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(folder, line, sentence):
    path = folder / "figure_sources.csv"
    path.write_text(f"{path.read_text()}{line}\n")
    with pytest.raises(BadData, match=re.escape(sentence)) as refused:
        for table in TABLES:
            records(table, folder)
    assert str(refused.value).startswith(f"figure_sources.csv, line {len(path.read_text().splitlines())}")


def test_a_folder_without_the_file_has_no_sources_of_single_figures(folder):
    (folder / "figure_sources.csv").unlink()
    assert not any(record.values["figure_sources"] for record in records(Accelerator, folder))


def test_sources_survive_being_written_as_text():
    assert read_sources(sources_text(OWN)) == OWN
    assert sources_text(OWN) == "tdp | estimated | A press report |  | 2026-10 | Not by the vendor."
    assert read_sources("tdp | derived |  |  |  | a | b\n\n") == {"tdp": {"method": "derived", "note": "a | b"}}
    with pytest.raises(ValueError, match="it needs figure"):
        read_sources("tdp")


def test_a_vertical_bar_and_a_long_text_are_refused():
    assert figure_source_problems(Accelerator, {"tdp": {"source": "a | b"}})
    assert "at most 200 fit" in figure_source_problems(Accelerator, {"tdp": {"source": "a" * 201}})[0]


def test_a_shipped_correction_reaches_the_sources_that_were_not_edited_here(catalog, folder):
    shipped = dict(row("t4").figure_sources)
    edited = {**shipped, **OWN, "cloud_price": {"method": "checked"}}
    chip(figure_sources=edited, edited_at=row("t4").created_at, overrides=["figure_sources.cloud_price"])
    path = folder / "figure_sources.csv"
    path.write_text(
        path.read_text().replace("accelerator,t4,unit_price,transcribed", "accelerator,t4,unit_price,checked")
    )
    accelerators = load(folder)[0]
    assert accelerators.left["t4"] == "edited here: source of On-demand cloud price"
    now = row("t4").figure_sources
    assert now["unit_price"]["method"] == "checked" and now["cloud_price"] == {"method": "checked"}
    assert "tdp" not in now, "a source that is neither shipped nor edited here goes"


def test_an_editor_adds_changes_and_removes_sources_of_single_figures(as_ada):
    shipped = dict(row("t4").figure_sources)
    assert send(as_ada, {**shipped, **OWN}).status_code == 302
    assert row("t4").figure_sources == {**shipped, **OWN}
    assert row("t4").overrides == ["figure_sources.tdp"]
    page = unescape(as_ada.get(url(Accelerator, "change", row("t4").pk)).content.decode())
    assert "Its own source</a>: estimated, A press report, 2026-10." in page
    place = list(row("t4").figure_sources).index("tdp")
    removed = {f"figure_sources-{place}-remove": "on"}
    assert send(as_ada, row("t4").figure_sources, **removed).status_code == 302
    assert row("t4").figure_sources == shipped and row("t4").edited_at is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"figure": "", "source": "Press"}, "Choose the figure that “Press” belongs to."),
        ({"figure": "cloud_price", "source": "Press"}, "On-demand cloud price has two lines; keep one of them."),
        ({"figure": "tdp", "url": "ftp://x"}, "Thermal design power: the address must begin with https:// or http://"),
        ({"figure": "tdp", "date": "soon"}, "Thermal design power: the date must be a year"),
        ({"figure": "peak_fp4", "method": "estimated"}, "Peak FP4 is empty and has a source of its own."),
    ],
)
def test_a_line_that_cannot_be_saved_is_refused_beside_the_field_and_kept(as_ada, typed, sentence):
    rows = [{"figure": figure, **said} for figure, said in row("t4").figure_sources.items()]
    response = send(as_ada, [*rows, typed])
    assert sentence in errors(response)["figure_sources"][0]
    assert any(text in response.content.decode() for text in typed.values() if text)


def test_a_form_without_the_lines_leaves_the_sources_as_they_are(as_ada):
    before = row("t4").figure_sources
    data = {name: text for name, text in filled(as_ada, row("t4")).items() if not name.startswith("figure_sources")}
    assert as_ada.post(url(Accelerator, "change", row("t4").pk), {**data, "tdp": "71"}).status_code == 302
    assert (row("t4").tdp, row("t4").figure_sources) == (71, before) and before


def test_text_of_a_source_is_never_markup(as_ada, client):
    script = "<script>alert(1)</script>"
    assert send(as_ada, {"tdp": {"source": script, "note": script}}).status_code == 302
    for address in (url(Accelerator, "change", row("t4").pk), url(Accelerator, "history", row("t4").pk)):
        assert script not in as_ada.get(address).content.decode()
    for address in ("/catalog/accelerators/t4/", "/walls/roofline/?accelerator=t4&batch_size=4"):
        page = client.get(address).content.decode()
        assert script not in page and "&lt;script&gt;" in page


def test_a_changed_figure_asks_whether_its_own_source_still_states_it(catalog):
    values = {**vars(row("t4")), "figure_sources": OWN}
    said = check_figures(Accelerator, {**values, "tdp": 71.0}, frozenset({"tdp"}))
    assert "its own source is still “A press report”" in said[0].sentence and not said[0].impossible
    assert not check_figures(Accelerator, {**values, "tdp": 71.0}, frozenset({"tdp", "figure_sources"}))
    assert not check_figures(Accelerator, values, frozenset({"note"}))


def test_the_history_has_a_line_for_each_figure_whose_source_changed(as_ada, ada, client):
    with editing(ada, "Read again"):
        changed = row("t4")
        changed.figure_sources = {**changed.figure_sources, **OWN}
        changed.save()
    said = unescape(re.sub(r"<[^>]+>", " ", as_ada.get(url(Accelerator, "history", row("t4").pk)).content.decode()))
    assert "that of the row → estimated, A press report, 2026-10, Not by the vendor." in " ".join(said.split())
    public = unescape(client.get("/catalog/accelerators/t4/").content.decode())
    assert "Source of Thermal design power: that of the row → estimated, A press report" in public
    assert revisions(row("t4")).first().changes["figure_sources"][1]["tdp"] == OWN["tdp"]


def test_taking_the_shipped_figures_again_takes_their_sources(catalog):
    shipped = dict(row("t4").figure_sources)
    assert not restore(Accelerator, [chip(figure_sources=OWN)])
    assert row("t4").figure_sources == shipped


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_an_export_has_the_sources_and_importing_it_again_changes_nothing(catalog, kind):
    chip(figure_sources={**OWN, "cloud_price": {"note": "a | b, “c”"}})
    data = FORMATS[kind].write(Accelerator, Accelerator.objects.all())
    plan = compare(parse(Accelerator, read_sheet(f"chips.{kind}", data)), may_add=True)
    assert not plan.problems and dict(plan.counts) == {"unchanged": Accelerator.objects.count()}


def test_an_import_sets_sources_and_names_the_cell_that_is_wrong(catalog):
    def planned(cell):
        sheet = read_sheet("chips.csv", f'slug,figure_sources\nt4,"{cell}"\n'.encode())
        (planned,) = compare(parse(Accelerator, sheet), may_add=True).rows
        return planned

    (cell,) = planned("tdp | estimated | A press report |  | 2026-10 | Not by the vendor.").cells
    assert cell.after == OWN
    (cell,) = planned("tdp | guessed").cells
    assert "the method must be one of" in cell.error


def test_a_snapshot_holds_the_sources_of_figures_and_who_made_the_embodied_carbon(catalog):
    found = find(specs.Accelerator, "h100-sxm5-80gb", "it").snapshot
    assert found["figure_sources"]["measured_efficiency"]["method"] == "measured"
    assert found["figure_sources"]["embodied_carbon"]["method"] == "derived"
    boavizta = find(specs.Accelerator, "v100-sxm2-32gb", "it").snapshot["figure_sources"]
    assert boavizta["embodied_carbon"]["source"].startswith("Boavizta")


def test_a_source_is_stored_by_the_names_of_what_is_known_of_it():
    assert FigureSource.from_dict({"method": "derived", "unknown": "x"}).as_dict() == {"method": "derived"}
    assert FigureSource().is_empty


def test_a_figure_edited_while_its_source_was_not_is_no_more_stated_by_it(as_ada, client):
    assert send(as_ada, row("t4").figure_sources, tdp="72").status_code == 302
    assert row("t4").overrides == ["tdp"]
    found = find(specs.Accelerator, "t4", "it").snapshot["figure_sources"]
    assert found["tdp"]["method"] == EDITED and "tdp" not in row("t4").figure_sources
    public = " ".join(unescape(client.get("/catalog/accelerators/t4/").content.decode()).split())
    assert "edited here" in public and "Edited on this site" in public
    send(as_ada, {**row("t4").figure_sources, **OWN})
    assert row("t4").sources_of_figures()["tdp"] == OWN["tdp"]
    send(as_ada, {}, tdp="72", source="Our own measurement")
    assert "tdp" not in row("t4").sources_of_figures()
