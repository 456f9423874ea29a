import html
import re

import pytest
from django.test import Client

from catalog.models import Accelerator
from mlsysweb.saved.scenarios import drift as drift_views
from mlsysweb.saved.scenarios.drift import drift
from mlsysweb.saved.scenarios.models import Scenario, Version
from mlsysweb.show.unit_filter import units
from solvers.node.roofline import roofline
from tests.mlsysweb.people import save

pytestmark = pytest.mark.usefixtures("catalog")

CHIP = "/walls/roofline/?accelerator=p100-sxm2&model=llama-3.2-3b"


def shown(client, link):
    return html.unescape(client.get(link).content.decode())


def changed(**figures):
    chip = Accelerator.objects.get(slug="p100-sxm2")
    for name, value in figures.items():
        setattr(chip, name, value)
    chip.save()


def test_while_nothing_moves_nothing_is_said_and_nothing_computed(client, monkeypatch):
    link = save(client, CHIP)
    monkeypatch.setattr(drift_views, "_answer", lambda *_: pytest.fail("it was computed"))
    assert "have changed since this was saved" not in shown(client, link)
    assert "Nothing has changed" in shown(client, f"{link}v/1/drift/")


def test_a_changed_figure_is_named_with_both_values_and_todays_answer(client):
    link = save(client, CHIP)
    before = re.search(r'class="verdict"[^>]*>(.*?)</p>', shown(client, link))[1]
    changed(memory_bandwidth=2e12)
    page = shown(client, link)
    assert "memory bandwidth 2\u00a0TB/s (was 732\u00a0GB/s)" in page
    assert "Today the answer would be: Memory-bound" in page
    assert before in page  # the stored answer is unchanged


def test_a_changed_rate_is_named_with_its_format(client):
    link = save(client, CHIP)
    chip = Accelerator.objects.get(slug="p100-sxm2")
    changed(peak_fp16=2 * chip.peak_fp16)
    assert re.search(r"in fp16 [\d.]+\sTFLOP/s \(was [\d.]+\sTFLOP/s\)", shown(client, link))


def test_a_note_on_a_row_is_no_drift(client):
    link = save(client, CHIP)
    changed(note="Seen in a museum.")
    assert "have changed since this was saved" not in shown(client, link)


def test_both_stand_side_by_side_output_by_output(client):
    link = save(client, CHIP)
    changed(memory_bandwidth=2e12)
    page = shown(client, f"{link}v/1/drift/")
    assert re.search(r"<tr data-differs><th scope=\"row\">Latency</th><td>[\d.]+ ms</td><td>[\d.]+ ms</td>", page)
    assert re.search(r"<td>[\d.]+ ms</td><td>−[\d.]+ ms \(−6\d\s%\)</td>", page)
    assert re.search(r"<li>Latency: [\d.]+ ms → [\d.]+ ms \(−6\d\s%\)</li>", page)
    rows = re.findall(r"<tr( data-differs)?><th scope=\"row\">", page)
    assert rows == sorted(rows, reverse=True) and len(set(rows)) == 2
    assert re.search(r"<tr><th scope=\"row\">Compute time</th>", page)


def test_a_chip_that_is_gone_breaks_nothing_and_says_so(client):
    link = save(client, CHIP)
    chip = Accelerator.objects.get(slug="p100-sxm2")
    chip.nodes.all().delete()
    chip.delete()
    page = shown(client, link)
    assert "is no longer in the catalog" in page and "Today there is no answer" in page
    assert client.get(f"{link}v/1/drift/").status_code == 200
    assert client.post(f"{link}v/1/recompute/").status_code == 422
    assert Version.objects.count() == 1


def test_a_solver_that_moved_is_named_and_its_rows_as_they_were_asked_again(client):
    link = save(client, CHIP)
    Version.objects.update(solver_version="0")
    assert f"Roofline is at version {roofline.version} (was 0)" in shown(client, link)
    found = drift(Version.objects.get())
    assert found.replayed.values["latency"] == found.today.values["latency"]


def test_the_owner_keeps_todays_answer_as_a_further_version(client):
    link = save(client, CHIP)
    changed(memory_bandwidth=2e12)
    assert Client().post(f"{link}v/1/recompute/").status_code == 404
    client.post(f"{link}v/1/recompute/")
    first, second = Scenario.objects.get().versions.all()
    assert second.question == first.question and second.result != first.result
    assert "have changed since this was saved" not in shown(client, link)
    assert "have changed since this was saved" in shown(client, f"{link}v/1/")


@pytest.mark.parametrize(
    "page", ["/spectrum/", "/geography/", "/system/", "/hardware-match/", "/capstone/?submitted=yes"]
)
def test_a_page_over_many_walls_says_what_moved_and_shows_both(client, page):
    link = save(client, page)
    assert "have changed since this was saved" not in shown(client, link)
    Accelerator.objects.filter(slug__startswith="h100").update(memory_bandwidth=9e12, tdp=999)
    from catalog.models import CatalogVersion as Changes

    Accelerator.objects.get(slug="h100-sxm5-80gb").save()
    assert Changes.now()
    moved = "NVIDIA H100 SXM5 80GB: memory bandwidth 9 TB/s (was 3.35 TB/s); thermal design power 999 W (was 700 W)."
    assert units(moved) in shown(client, link)
    both = shown(client, f"{link}v/1/drift/")
    assert units(moved) in both and "Saved result" in both and "Current result" in both
