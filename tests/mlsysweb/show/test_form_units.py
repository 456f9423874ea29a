"""The unit beside a field: what a bare number typed there means, and what a link without it means."""

import re
from urllib.parse import urlsplit

import pytest

from mlsysweb.show.forms.asked import asked_inputs
from mlsysweb.show.forms.draw import form
from solvers.field_text import in_shown_unit
from solvers.fields import Input
from solvers.quantities import to_si
from solvers.registry import solvers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]
UPDATE = {"HX-Request": "true"}


def fields(name, text=()):
    return {field.name: field for field in form(solvers()[name], dict(text), {}, lambda kind: [], "/").all_fields}


def test_a_bare_number_of_an_update_is_in_the_unit_beside_its_field(client):
    answer = client.get("/walls/tco/", {"duration": "12", "unit:duration": "day"}, headers=UPDATE)
    assert answer.headers["HX-Replace-Url"] == "/walls/tco/?duration=12+day"


def test_a_typed_unit_goes_before_the_one_beside_the_field(client):
    answer = client.get("/walls/tco/", {"duration": "12 h", "unit:duration": "day"}, headers=UPDATE)
    assert answer.headers["HX-Replace-Url"] == "/walls/tco/?duration=12+h"


def test_a_form_sent_without_scripts_leads_to_the_link_of_its_page(client):
    answer = client.get("/walls/tco/", {"duration": "12", "unit:duration": "day", "unit:mfu": "percent"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/walls/tco/?duration=12+day")


@pytest.mark.parametrize("path", ["//example.com/", "//example.com/walls/tco/", "/walls/tco/?x=1&/../"])
def test_a_form_leads_to_no_other_host(client, path):
    answer = client.get("/", QUERY_STRING="unit:mfu=percent", PATH_INFO=path)
    target = urlsplit(answer.headers["Location"])
    assert answer.status_code == 302
    assert not target.netloc and not target.scheme


def test_a_link_with_a_bare_number_means_what_it_always_meant():
    assert fields("tco", {"duration": "86400"})["duration"].text == "1"


def test_a_unit_nobody_knows_is_said_of_its_field(client):
    answer = client.get("/walls/tco/", {"duration": "12", "unit:duration": "fortnight"}, headers=UPDATE)
    assert answer.status_code == 422
    assert "fortnight" in re.search(r'id="duration-error"[^>]*>([^<]*)<', answer.content.decode())[1]


@pytest.mark.parametrize(
    ("typed", "shown"), [("81.4936622662 day", "81.4937"), ("81.493662 day", "81.493662"), ("12345678901 day", None)]
)
def test_a_computed_number_is_shown_with_six_digits_and_a_typed_one_as_it_is(typed, shown):
    text = fields("tco", {"duration": typed})["duration"].text
    assert text == shown if shown else "12345678901" in text.replace(",", "")


def test_text_that_is_no_number_stays_as_it_was_typed():
    assert fields("tco", {"duration": "a month"})["duration"].text == "a month"


def test_every_default_reads_back_as_itself_and_stays_out_of_the_link(client):
    for name, wall in solvers().items():
        shown = fields(name)
        for each, io in wall.inputs.items():
            if isinstance(io, Input) and shown[each].text:
                unit = shown[each].unit.name if shown[each].unit and shown[each].unit.sent else ""
                read_back = to_si(each, in_shown_unit(shown[each].text, unit), io.unit)
                assert read_back == pytest.approx(io.default, rel=1e-14, abs=0), f"{name}: {each}"


def test_sending_a_form_as_it_is_leaves_the_link_empty(client):
    sent = {}
    for field in fields("tco").values():
        sent[field.name] = field.text
        if field.unit and field.unit.sent:
            sent[f"unit:{field.name}"] = field.unit.name
    assert client.get("/walls/tco/", sent, headers=UPDATE).headers["HX-Replace-Url"] == "/walls/tco/"


def test_a_zero_that_stands_for_something_is_an_empty_field_that_says_what():
    field = fields("tco")["unit_price"]
    assert (field.text, field.placeholder) == ("", "accelerator's")
    assert fields("tco", {"unit_price": "0"})["unit_price"].text == ""
    asked = {each.name: each.text for each in asked_inputs(solvers()["tco"].inputs, {"unit_price": "0"}, {})}
    assert asked["unit_price"] == "accelerator's" and asked["cloud_price"] == "accelerator's"


def test_no_help_explains_a_zero_that_its_field_could_say():
    for wall in solvers().values():
        for name, io in wall.inputs.items():
            assert not re.search(r"\b0:", io.help) or name == "wue", f"{wall.name}: {name}: {io.help}"


def test_inputs_of_an_answer_are_written_with_the_unit_of_their_field():
    typed = {"duration": "86400", "unit_price": "30000", "mfu": "0.5"}
    asked = {each.name: each.text for each in asked_inputs(solvers()["tco"].inputs, typed, {})}
    assert [asked[name] for name in typed] == ["1 day", "$30,000", "50\u00a0%"]


def test_a_computed_default_is_a_rounded_placeholder_and_stays_itself(client, catalog):
    shown = client.get("/walls/reliability/").context["form"].all_fields
    field = next(each for each in shown if each.name == "device_mtbf")
    assert (field.text, field.placeholder) == ("", "50,700")
    emptied = client.get("/walls/reliability/", {"device_mtbf": ""}).context["page"]
    assert emptied.result.headline == client.get("/walls/reliability/").context["page"].result.headline
