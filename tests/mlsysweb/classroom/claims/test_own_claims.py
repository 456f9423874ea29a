"""Claims that visitors add: the form, the verdict, sharing, and pages that answer no more."""

import html

import pytest
from django.test import Client

from catalog.models import CatalogVersion, Model
from mlsysweb.classroom.claims.own.views import MOST_CLAIMS
from mlsysweb.classroom.models import AuthoredClaim
from tests.mlsysweb.people import ada, cleo, course, save

__all__ = ["ada", "cleo", "course"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]

NEW = "/claims/mine/new/"
SERVING = "/walls/serving/"
CLAIM = {
    "page": SERVING,
    "output": "itl",
    "claim": "An H100 generates a token of Llama 3 8B in 7 ms.",
    "source": "A talk",
    "source_url": "https://example.org/talk",
    "stated": "7 ms",
}


def add(client, **changes):
    """Add a claim. Return the response."""
    return client.post(NEW, CLAIM | changes)


def added(client, **changes):
    """Add a claim. Return the presented page of it."""
    answer = add(client, **changes)
    assert answer.status_code == 302, answer.context["page"]
    return client.get(answer["Location"]).context["page"]


def errors(answer):
    assert answer.status_code == 422
    page = answer.context["page"]
    told = {field.name: field.error for field in page.fields if field.error}
    return (
        told
        | ({"output": page.output_error} if page.output_error else {})
        | ({"page": page.error} if page.error else {})
    )


@pytest.mark.parametrize(
    ("changes", "verdict", "why"),
    [
        ({}, "Holds", "The page computes 6.85 ms, so 7 ms is 2.2 % too high; the tolerance is 5 %."),
        (
            {"stated": "10 ms"},
            "Does not hold",
            "The page computes 6.85 ms, so 10 ms is 46 % too high; the tolerance is 5 %.",
        ),
        ({"stated": "10 ms", "tolerance": "50 %"}, "Holds", "the tolerance is 50 %."),
        ({"stated": "5 ms", "compare": "at least"}, "Holds", "The page computes 6.85 ms; the claim is at least 5 ms."),
        ({"stated": "5 ms", "compare": "at most"}, "Does not hold", "the claim is at most 5 ms."),
        ({"stated": "0.007 s"}, "Holds", "so 0.007 s is 2.2 % too high"),
        ({"output": "decode_bound", "stated": "memory"}, "Holds", "The page computes memory."),
        ({"output": "decode_bound", "stated": "compute"}, "Does not hold", "The page computes memory."),
    ],
)
def test_the_verdict_and_its_reason_are_computed(client, changes, verdict, why):
    row = added(client, **changes).row
    assert (row.verdict, why in row.why) == (verdict, True), row.why


def test_a_claim_that_agrees_under_its_condition_holds_if(client):
    under = {"condition": "the batch is 256", "condition_page": f"{SERVING}?batch_size=256"}
    row = added(client, stated="20 ms", **under).row
    assert row.verdict == "Holds if the batch is 256" and row.conditional.endswith("ms")
    assert "Under the condition it computes" in row.why
    assert [link.url for link in row.links] == [SERVING, f"{SERVING}?batch_size=256"]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"claim": ""}, "claim", "Claim: say what is claimed."),
        ({"claim": "x" * 301}, "claim", "Claim: has 301 characters; 300 is the most."),
        ({"claim": "a\x00b"}, "claim", "Claim: cannot have the control character U+0000"),
        ({"source": ""}, "source", "Source: say where it is from"),
        ({"source_url": "javascript:alert(1)"}, "source_url", "must begin with https://"),
        ({"source_url": "https://["}, "source_url", "must begin with https://"),
        ({"stated": ""}, "stated", "Stated value: give it, such as 6.85 ms."),
        ({"stated": "7"}, "stated", "Stated value: needs a unit, such as 6.85 ms."),
        ({"stated": "fast"}, "stated", "Stated value:"),
        ({"stated": "7 GB"}, "stated", "Stated value:"),
        ({"stated": "inf"}, "stated", "Stated value:"),
        ({"tolerance": "much"}, "tolerance", "Tolerance:"),
        ({"tolerance": "200 %"}, "tolerance", "must be from 0 to 100 %"),
        ({"tolerance": "-1 %"}, "tolerance", "must be from 0 to 100 %"),
        ({"compare": "nearly"}, "compare", "Comparison: choose about, at most, at least."),
        ({"output": "beauty"}, "output", "Output: choose one of the outputs of the page."),
        ({"condition": "it is warm"}, "condition", "give both, or neither"),
        ({"condition": "it is warm", "condition_page": "/nowhere/"}, "condition_page", "is no page with inputs"),
        ({"condition": "it is warm", "condition_page": "/walls/tco/"}, "condition_page", "it has no such output"),
        ({"page": "/nowhere/"}, "page", "The address /nowhere/ is no page with inputs"),
        ({"page": "https://elsewhere.org/walls/serving/"}, "page", "is no page with inputs"),
        ({"page": f"{SERVING}?batch_size=-1"}, "page", "has no answer: batch_size"),
        ({"page": f"{SERVING}?x={'1' * 2000}"}, "page", "2,000 is the most"),
        ({"page": ""}, "page", "Give the address of a page"),
    ],
)
def test_a_field_that_is_wrong_gets_a_sentence_and_nothing_is_stored(client, changes, field, sentence):
    told = errors(add(client, **changes))
    assert sentence in told[field], told
    assert not AuthoredClaim.objects.exists()


def test_what_was_typed_is_kept_beside_its_errors(client):
    answer = add(client, stated="fast")
    shown = {field.name: field.text for field in answer.context["page"].fields}
    assert shown["claim"] == CLAIM["claim"] and shown["stated"] == "fast"
    assert [each.name for each in answer.context["page"].outputs if each.selected] == ["itl"]


def test_the_form_begins_with_the_address_and_offers_the_outputs_of_its_page(client):
    assert client.get(NEW).context["page"].outputs == ()
    page = client.get(NEW, {"page": f"http://testserver{SERVING}?batch_size=16"}).context["page"]
    assert page.address == f"{SERVING}?batch_size=16" and "itl" in {each.name for each in page.outputs}
    assert client.get(NEW, {"page": "/nowhere/"}).status_code == 422


def test_a_saved_scenario_stands_for_the_page_with_its_inputs(client):
    link = save(client, f"{SERVING}?batch_size=16")
    row = added(client, page=f"http://testserver{link}").row
    assert row.links[0].url == f"{SERVING}?batch_size=16"


def test_a_link_to_a_page_that_answers_no_more_says_so(client):
    page = f"{SERVING}?model=llama-2-7b"
    address = add(client, page=page)["Location"]
    Model.objects.filter(slug="llama-2-7b").delete()
    CatalogVersion.change()
    answer = client.get(address)
    row = answer.context["page"].row
    assert row.verdict == "Not computed" and row.error.startswith("The page of this claim no longer answers.")
    assert "llama-2-7b" in row.error and row.error in html.unescape(answer.content.decode())
    assert client.get("/claims/mine/").status_code == 200


def test_own_claims_are_listed_with_their_verdict_and_changed_by_the_form(client):
    address = add(client)["Location"]
    (entry,) = client.get("/claims/mine/").context["page"].claims
    assert (entry.row.claim, entry.row.verdict, entry.shared) == (CLAIM["claim"], "Holds", False)
    form = client.get(f"{address}edit/").context["page"]
    assert {field.name: field.text for field in form.fields}["tolerance"] == "5 %"
    assert client.post(f"{address}edit/", CLAIM | {"stated": "70 ms"})["Location"] == address
    assert client.get(address).context["page"].row.verdict == "Does not hold"
    assert AuthoredClaim.objects.count() == 1


def test_a_claim_is_read_by_others_only_while_it_is_shared(ada, cleo):
    address = add(ada)["Location"]
    for reader in (cleo, Client()):
        assert reader.get(address).status_code == 404
    ada.post(f"{address}share/", {"shared": "yes"})
    for reader in (cleo, Client()):
        page = reader.get(address).context["page"]
        assert page.row.claim == CLAIM["claim"] and not page.own
        assert f"{address}edit/" not in reader.get(address).content.decode()
    ada.post(f"{address}share/", {"shared": "no"})
    assert cleo.get(address).status_code == 404


def test_a_deleted_claim_can_be_restored_by_its_owner(ada):
    address = add(ada)["Location"]
    ada.post(f"{address}share/", {"shared": "yes"})
    listed = ada.get(ada.post(f"{address}delete/")["Location"])
    assert listed.context["page"].claims == () and listed.context["page"].deleted.words == CLAIM["claim"]
    assert Client().get(address).status_code == 404
    ada.post(listed.context["page"].deleted.url)
    assert Client().get(address).status_code == 200


def test_a_claim_made_before_signing_in_becomes_the_accounts(ada):
    visitor = Client()
    address = add(visitor)["Location"]
    visitor.force_login(ada.user)
    assert AuthoredClaim.objects.get().owner == ada.user
    assert visitor.get(address).context["page"].own


def test_too_many_claims_are_refused_with_a_sentence(ada):
    row = {"claim": "c", "source": "s", "link": SERVING, "output": "itl", "stated": "1 s", "value": 1.0, "unit": "s"}
    AuthoredClaim.objects.bulk_create(AuthoredClaim(owner=ada.user, **row) for _ in range(MOST_CLAIMS))
    answer = add(ada)
    assert answer.status_code >= 400 and f"{MOST_CLAIMS} is the most" in answer.content.decode()
    assert AuthoredClaim.objects.count() == MOST_CLAIMS


def test_a_question_is_made_of_a_claims_page(client):
    page = added(client)
    asked = client.get(page.ask)
    assert asked.status_code == 200 and asked.context["page"].address == SERVING


def test_the_claims_of_the_slides_lead_to_own_ones(client):
    assert 'href="/claims/mine/"' in client.get("/claims/").content.decode()
