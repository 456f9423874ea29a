from dataclasses import replace
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from catalog.models import Accelerator
from mlsysweb.show.results import fallacies as told
from solvers.registry import solvers
from tests.conformance.sentences import clumsy

pytestmark = pytest.mark.usefixtures("catalog")

ROOFLINE = solvers()["roofline"]


def page(client, query=""):
    return client.get(f"/fallacies/{query}").context["page"]


def truths(client):
    """Return the refutation of each claim."""
    walls = [wall for domain in page(client).domains for wall in domain.walls]
    return {fallacy.claim: fallacy.truth for wall in walls for fallacy in wall.fallacies}


def test_what_is_true_of_a_claim_agrees_with_its_numbers(client):
    assert not {claim: list(clumsy(truth)) for claim, truth in truths(client).items() if list(clumsy(truth))}


def test_every_claim_of_every_wall_is_shown(client):
    declared = [fallacy.claim for solver in solvers().values() for fallacy in solver.fallacies]
    html = unescape(client.get("/fallacies/").content.decode())
    assert set(truths(client)) == set(declared) and page(client).count == len(declared)
    assert not [claim for claim in declared if claim not in html]


def test_a_claim_is_told_with_the_numbers_of_its_two_questions(client):
    told = truths(client)["An H100 is 3.2× faster than an A100."]
    assert "Decode at batch 1 goes from 122/s to 195/s, 1.6 times" in told


def test_each_side_opens_the_wall_with_its_question_and_finds_the_same(client):
    for fallacy, declared in zip(told.fallacies(ROOFLINE, "/walls/roofline/"), ROOFLINE.fallacies, strict=True):
        for side, text in ((fallacy.before, declared.before), (fallacy.after, declared.after)):
            assert dict(parse_qsl(urlsplit(side.url).query)) == text
            shown = client.get(side.url)
            assert shown.status_code == 200 and side.found in unescape(shown.content.decode())


def test_what_is_asked_is_said_in_the_words_of_the_form():
    first = told.fallacies(ROOFLINE, "/")[0]
    assert (first.before.asked, first.after.asked) == ("default inputs", "Peak dense FLOP/s ×2")


def test_as_cards_what_is_true_lies_in_a_fold(client):
    read, predict = (client.get(f"/fallacies/{query}").content.decode() for query in ("?mode=all", ""))
    truth = "Decode at batch 1 goes from 122/s to 195/s"
    assert "<details>" not in read and truth in read
    before, _, folded = predict.partition(truth)[0].rpartition("<details>")
    assert before and "</details>" not in folded and truth in predict
    assert page(client).predict and not page(client, "?mode=all").predict


def test_one_outcome_of_each_card_is_right_and_is_what_was_calculated(client):
    walls = [wall for domain in page(client).domains for wall in domain.walls]
    cards = [fallacy for wall in walls for fallacy in wall.fallacies]
    assert all(sum(guess.right for guess in card.guesses) == 1 for card in cards)
    first = next(card for card in cards if "batch-1 decode still takes 5.12 ms" in card.truth)
    assert [(guess.words, guess.right) for guess in first.guesses] == [
        ("Faster", False),
        ("About the same", True),
        ("Slower", False),
    ]


def test_no_truth_has_an_empty_slot(client):
    slots = ("{before}", "{after}", "{ratio}")
    assert not [truth for truth in truths(client).values() if any(slot in truth for slot in slots)]


def test_a_changed_chip_changes_what_is_told(client):
    assert any("batch-1 decode still takes 5.12 ms" in truth for truth in truths(client).values())
    chip = Accelerator.objects.get(slug="h100-sxm5-80gb")
    chip.memory_bandwidth *= 2
    chip.save()
    assert not any("batch-1 decode still takes 5.12 ms" in truth for truth in truths(client).values())


def test_the_catalog_is_asked_once_for_each_of_its_states(client, monkeypatch):
    page(client)
    monkeypatch.setattr(told, "answer", lambda *_: pytest.fail("computed again"))
    assert any("5.12 ms" in truth for truth in truths(client).values())


def test_a_claim_the_catalog_bears_out_is_not_called_refuted(client):
    chip = Accelerator.objects.get(slug="a100-sxm4-80gb")
    chip.memory_bandwidth /= 4
    chip.save()
    truth = truths(client)["An H100 is 3.2× faster than an A100."]
    assert "True with the current catalog" in truth and "1.6 times: the bandwidth" not in truth


def test_a_question_about_a_chip_that_is_gone_is_told_as_such(client):
    lost = replace(ROOFLINE.fallacies[0], before={"accelerator": "gone"})
    (fallacy,) = told.fallacies(replace(ROOFLINE, fallacies=(lost,)), "/")
    assert "Not computable with the current catalog: accelerator no accelerator" in fallacy.truth
    assert fallacy.before is None and not fallacy.refuted


@pytest.mark.parametrize("query", ["?mode=", "?mode=nonsense", "?mode=predict&mode=read", "?else=1"])
def test_any_query_shows_the_page(client, query):
    assert client.get(f"/fallacies/{query}").status_code == 200
