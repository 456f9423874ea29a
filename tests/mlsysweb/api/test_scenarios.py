"""Scenarios over the API: created, read, listed, revised, answered again and deleted, without losing a change."""

import pytest

from mlsysweb.saved.scenarios.models import Scenario

from .conftest import ask, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalog")]


def at(scenario):
    return f"scenarios/{scenario['id']}"


def test_a_scenario_is_created_as_the_page_would_save_it(ada, token, scenario):
    kept = Scenario.objects.get()
    assert kept.owner == ada.user and kept.session == "" and kept.title == "Batch" and kept.visibility == "private"
    assert scenario["answer"]["inputs"]["batch_size"] == 148 and scenario["mine"] and scenario["version"] == 1
    assert scenario["question"] == {"batch_size": "148"}
    page = ada.get(scenario["page"])
    assert page.status_code == 200 and "Batch" in page.content.decode()


def test_a_page_over_many_walls_is_saved_and_read(token):
    made = ask("POST", "scenarios", {"solver": "geography", "inputs": {"grid": "france"}}, token)
    assert made.status_code == 201 and made.json()["answer"]["figures"]
    again = ask("POST", f"{at(made.json())}/versions", {"inputs": {"grid": "poland"}}, token)
    assert again.status_code == 201 and again.json()["versions"] == [1, 2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"solver": "nothing"}, "solver"),
        ({}, "solver"),
        ({"solver": "roofline", "inputs": {"batch_size": -1}}, "batch_size"),
        ({"solver": "roofline", "title": "a\x07b"}, "title"),
        ({"solver": "roofline", "tags": ["a,b"]}, "tags.0"),
        ({"solver": "roofline", "tags": ["x"] * 13}, "tags"),
        ({"solver": "roofline", "visibility": "class"}, "visibility"),
        ({"solver": "roofline", "notes": "\x00"}, "notes"),
        ({"solver": "roofline", "owner": 1}, "owner"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_saved(token, body, field):
    response = ask("POST", "scenarios", body, token)
    assert response.status_code == 422 and field in [each["field"] for each in response.json()["errors"]]
    assert not Scenario.objects.exists()


def test_the_class_of_a_scenario_is_one_of_the_owner(token, course, cleo):
    body = {"solver": "roofline", "visibility": "class", "group": course.name}
    assert ask("POST", "scenarios", body, token).json()["group"] == course.name
    assert ask("POST", "scenarios", body, token_of(cleo)).status_code == 422


def test_the_list_has_pages_and_no_answers(token):
    for batch in (1, 2, 3):
        ask("POST", "scenarios", {"solver": "roofline", "inputs": {"batch_size": batch}}, token)
    first = ask("GET", "scenarios?per_page=2", token=token).json()
    rest = ask("GET", first["next"].removeprefix("http://testserver/api/v1/"), token=token).json()
    assert first["total"] == 3 and len(first["scenarios"]) == 2 and len(rest["scenarios"]) == 1 and rest["next"] is None
    assert "answer" not in first["scenarios"][0]
    assert ask("GET", "scenarios?solver=tco", token=token).json()["total"] == 0


class TestRevising:
    """A change says which state it is of."""

    def test_with_the_etag_that_was_read(self, token, scenario):
        read = ask("GET", at(scenario), token=token)
        told = ask("PATCH", at(scenario), {"title": "Better", "tags": ["A", "b"]}, token, **{"If-Match": read["ETag"]})
        assert told.status_code == 200 and told.json()["title"] == "Better" and told.json()["tags"] == ["a", "b"]
        assert told["ETag"] != read["ETag"] and told.json()["visibility"] == "private"

    def test_with_a_weak_etag_that_compression_made(self, token, scenario):
        tag = ask("GET", at(scenario), token=token)["ETag"]
        told = ask("PATCH", at(scenario), {"title": "Better"}, token, **{"If-Match": f"W/{tag}"})
        assert told.status_code == 200

    def test_with_an_older_etag_is_refused_and_nothing_is_changed(self, token, scenario):
        tag = ask("GET", at(scenario), token=token)["ETag"]
        ask("PATCH", at(scenario), {"title": "First"}, token, **{"If-Match": tag})
        late = ask("PATCH", at(scenario), {"title": "Late"}, token, **{"If-Match": tag})
        assert late.status_code == 412 and late.json()["error"]["field"] == "If-Match"
        assert Scenario.objects.get().title == "First"

    def test_with_an_older_revision_in_the_body_conflicts(self, token, scenario):
        assert ask("PATCH", at(scenario), {"title": "First", "revision": 2}, token).status_code == 200
        late = ask("PATCH", at(scenario), {"title": "Late", "revision": 2}, token)
        assert late.status_code == 409 and late.json()["error"]["field"] == "revision"
        assert Scenario.objects.get().title == "First"

    def test_without_either_is_refused(self, token, scenario):
        assert ask("PATCH", at(scenario), {"title": "Lost"}, token).status_code == 428
        assert Scenario.objects.get().title == "Batch"

    def test_what_is_wrong_is_named(self, token, scenario):
        for body, field in (({"title": " "}, "title"), ({"visibility": "all"}, "visibility"), ({"tags": "a"}, "tags")):
            told = ask("PATCH", at(scenario), {**body, "revision": 2}, token)
            assert told.status_code == 422 and told.json()["error"]["field"] == field

    def test_a_change_between_reading_and_writing_is_found_by_the_form(self, token, scenario, monkeypatch):
        from mlsysweb.saved.scenarios.forms import ScenarioForm

        monkeypatch.setattr(ScenarioForm, "save_unless_changed", lambda self: False)
        assert ask("PATCH", at(scenario), {"title": "Late", "revision": 2}, token).status_code == 409


def test_a_next_version_keeps_the_first(token, scenario):
    told = ask("POST", f"{at(scenario)}/versions", {"inputs": {"batch_size": 4}}, token).json()
    assert told["version"] == 2 and told["versions"] == [1, 2] and told["answer"]["inputs"]["batch_size"] == 4
    first = ask("GET", f"{at(scenario)}/versions/1", token=token).json()
    assert first["answer"]["inputs"]["batch_size"] == 148
    assert ask("GET", f"{at(scenario)}/versions/3", token=token).status_code == 404
    assert ask("GET", f"{at(scenario)}/versions/one", token=token).status_code == 404
    old = ask("POST", f"{at(scenario)}/versions", {"inputs": {}}, token, **{"If-Match": '"2-1"'})
    assert old.status_code == 412


def test_a_deleted_scenario_is_gone_and_its_page_can_restore_it(ada, token, scenario):
    assert ask("DELETE", at(scenario), token=token, **{"If-Match": '"9-9"'}).status_code == 412
    assert ask("DELETE", at(scenario), token=token).status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert ask(method, at(scenario), {} if method == "PATCH" else None, token).status_code in (404, 422)
    assert ask("GET", "scenarios", token=token).json()["total"] == 0
    assert ada.post(f"{scenario['page']}restore/").status_code == 302
    assert ask("GET", at(scenario), token=token).status_code == 200


def test_what_has_not_changed_is_not_sent_again(token, scenario):
    read = ask("GET", at(scenario), token=token)
    assert ask("GET", at(scenario), token=token, **{"If-None-Match": read["ETag"]}).status_code == 304
    assert "private" in read["Cache-Control"] and read["X-Robots-Tag"] == "noindex"
    assert {"Authorization", "Cookie"} <= {each.strip() for each in read["Vary"].split(",")}
