import html
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from PIL import Image

from mlsysweb.saved.scenarios.models import Scenario
from tests.mlsysweb.people import ada, ben, cleo, course, edit, save, somebody

__all__ = ["ada", "ben", "cleo", "course", "somebody"]

pytestmark = pytest.mark.usefixtures("catalog")


def shown(client, link):
    return html.unescape(client.get(link).content.decode())


def test_an_owner_writes_title_notes_and_tags(ada):
    link = save(ada)
    assert (
        edit(
            ada, link, title="Where it turns", notes="See **batch 148**.", tags="Roofline, week 3,roofline"
        ).status_code
        == 302
    )
    page = shown(ada, link)
    assert "<h1>Where it turns</h1>" in page and "<strong>batch 148</strong>" in page
    assert re.findall(r'<li class="chip">(.*?)</li>', page) == ["roofline", "week 3"]


@pytest.mark.parametrize(
    "notes",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        "![x](https://elsewhere.example/x.png)",
        '<a href="x" onclick="alert(1)">x</a>',
    ],
)
def test_notes_run_nothing_and_fetch_nothing(ada, notes):
    link = save(ada)
    edit(ada, link, notes=notes)
    section = ada.get(link).content.decode().partition('aria-label="Notes">')[2].partition("</section>")[0]
    assert not re.search(r"<(script|img)|<[^>]+\son|href=\"javascript", section)


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(ada):
    link = save(ada)
    answer = edit(ada, link, title=" ", notes="a long thought", visibility="class")
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "The title needs at least a word" in page and "needs a class you are in" in page
    assert "a long thought" in page
    assert Scenario.objects.get().revision == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "x" * 201, "201 characters long; 200 is the most"),
        ("notes", "x" * 20_001, "20,001 characters long"),
        ("tags", ",".join(map(str, range(13))), "are 13; 12 is the most"),
        ("tags", "y" * 41, "have one of 41 characters"),
        ("visibility", "everybody", "is one of: only me"),
    ],
)
def test_too_much_of_anything_is_a_sentence(ada, field, value, sentence):
    assert sentence in html.unescape(edit(ada, save(ada), **{field: value}).content.decode())


def test_two_editors_of_one_scenario_get_a_conflict_and_lose_nothing(ada):
    link = save(ada)
    edit(ada, link, title="First", notes="theirs", revision=1)
    answer = edit(ada, link, title="Second", notes="mine", revision=1)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 409
    assert "Somebody else saved changes while you were editing" in page
    assert "<dd>First</dd>" in page and "<dd>theirs</dd>" in page
    assert 'value="Second"' in page and ">\nmine</textarea>" in page
    assert Scenario.objects.get().title == "First"
    revision = re.search(r'name="revision" value="(\d+)"', page)[1]
    assert edit(ada, link, title="Second", notes="mine", revision=revision).status_code == 302
    assert Scenario.objects.get().title == "Second"


def test_only_the_owner_edits_deletes_and_changes(ada, ben, somebody):
    link = save(ada)
    for other in (ben, somebody):
        assert edit(other, link, title="Mine now").status_code == 404
        assert other.post(f"{link}delete/").status_code == 404
        assert other.post(f"{link}restore/").status_code == 404
        assert other.get(f"{link}change/").status_code == 404
        assert "Save changes" not in shown(other, link)
    assert Scenario.objects.get().title != "Mine now"


def test_what_a_class_may_see_its_members_see_and_nobody_else(ada, ben, cleo, somebody, course):
    link = save(ada)
    edit(ada, link, visibility="class", group=course.pk)
    assert [client.get(link).status_code for client in (ada, ben, cleo, somebody)] == [200, 200, 404, 404]


def test_nobody_shows_to_a_class_they_are_not_in(ada, cleo, course):
    assert edit(cleo, save(cleo), visibility="class", group=course.pk).status_code == 422


def test_what_is_private_has_no_preview_qr_or_fork_for_others(ada, ben):
    link = save(ada)
    edit(ada, link, visibility="private")
    for path in ("", "qr/", "preview.png"):
        assert ben.get(f"{link}{path}").status_code == 404
    assert ben.post(f"{link}fork/").status_code == 404


def forked(client, link):
    """Copy a scenario and return the link of the copy."""
    return client.post(f"{link}fork/")["Location"].removesuffix("change/")


def test_copy_and_edit_opens_the_inputs_of_the_copy(ada, ben):
    editor = ben.post(f"{save(ada)}fork/", follow=True)
    assert editor.redirect_chain[-1][0].startswith("/walls/roofline/")
    assert "Save as version 2" in editor.content.decode()


def test_a_fork_is_ones_own_and_says_where_it_came_from(ada, ben):
    link = save(ada)
    assert "Copy and edit" in shown(ben, link) and "Copy and edit" not in shown(ada, link)
    copy = forked(ben, link)
    assert copy != link
    assert f'forked from <a href="{link}v/1/">' in shown(ben, copy)
    assert copy in shown(ada, link)
    edit(ben, copy, title="Ben's")
    assert Scenario.objects.get(pk=link.split("/")[2]).title != "Ben's"


def test_a_fork_of_what_a_class_sees_is_shown_to_that_class_alone(ada, ben, cleo, somebody, course):
    link = save(ada)
    edit(ada, link, visibility="class", group=course.pk, title="Exam question", notes="The solution: 148")
    copy = forked(ben, link)
    assert [client.get(copy).status_code for client in (ada, ben, cleo, somebody)] == [200, 200, 404, 404]
    for path in ("embed/", "preview.png", "export/json/"):
        assert somebody.get(f"{copy}{path}").status_code == 404
    assert "The solution" in shown(ada, copy)
    assert edit(ben, copy, visibility="link").status_code == 302
    assert somebody.get(copy).status_code == 200


def test_a_fork_of_ones_own_private_scenario_is_private(ada, ben, somebody):
    link = save(ada)
    edit(ada, link, visibility="private", notes="The solution: 148")
    copy = forked(ada, link)
    assert [client.get(copy).status_code for client in (ada, ben, somebody)] == [200, 404, 404]


def test_a_fork_of_what_anyone_may_see_is_there_for_anyone(ada, ben, somebody):
    assert somebody.get(forked(ben, save(ada))).status_code == 200


def test_a_fork_of_what_became_private_no_longer_leads_there(ada, ben):
    link = save(ada)
    copy = forked(ben, link)
    edit(ada, link, visibility="private")
    assert link not in shown(ben, copy)


def test_changed_inputs_become_a_further_version_and_the_first_stays(ada):
    link = save(ada)
    live = ada.get(f"{link}change/")["Location"]
    assert live == "/walls/roofline/?batch_size=148"
    assert "Save as version 2" in shown(ada, live)
    scenario = link.split("/")[2]
    assert save(ada, "/walls/roofline/?batch_size=7", version_of=scenario) == link
    assert "Memory-bound" in shown(ada, link) and "Compute-bound" in shown(ada, f"{link}v/1/")
    assert [v.question for v in Scenario.objects.get().versions.all()] == [{"batch_size": "148"}, {"batch_size": "7"}]


def test_on_another_page_or_for_another_person_no_version_is_offered(ada, ben):
    link = save(ada)
    ada.get(f"{link}change/")
    assert "Save as version" not in shown(ada, "/walls/serving/")
    assert "Save as version" not in shown(ben, "/walls/roofline/")
    scenario = link.split("/")[2]
    assert save(ben, version_of=scenario) != link
    assert save(ada, "/walls/serving/", version_of=scenario) != link
    assert Scenario.objects.get(pk=scenario).versions.count() == 1


def test_deleted_is_gone_for_all_but_its_owner_and_comes_back(ada, ben):
    link = save(ada, title="Soon gone")
    back = ada.post(f"{link}delete/")["Location"]
    assert ben.get(link).status_code == 404
    page = shown(ada, back)
    assert "Soon gone is deleted." in page and f'action="{link}restore/"' in page
    assert "Restore" in shown(ada, link)
    ada.post(f"{link}restore/")
    assert ben.get(link).status_code == 200


def test_the_list_has_ones_own_and_finds_by_words_page_tag_and_class(ada, ben, course):
    one, two = save(ada, title="Decode"), save(ada, "/walls/serving/", title="Paging")
    save(ben, title="Ben's")
    edit(ada, one, tags="week 3", visibility="class", group=course.pk)
    edit(ada, two, notes="continuous batching")

    def titles(query=""):
        return set(
            re.findall(
                r'<a href="/s/\w+/">(.*?)</a>',
                shown(ada, f"/s/?{query}").partition('id="list"')[2].partition("</section>")[0],
            )
        )

    assert titles() == {"Decode", "Paging"}
    assert titles("words=CONTINUOUS") == titles("kind=serving") == {"Paging"}
    assert titles("words=week") == titles("tag=week+3") == titles(f"group={course.pk}") == {"Decode"}
    assert titles("words=nothing") == set()
    assert "Nothing saved fits this" in shown(ada, "/s/?words=nothing")


@pytest.fixture
def steps():
    """Return the number of steps SQLite's virtual machine has taken, in thousands; a query that takes a hundred million
    is interrupted. PostgreSQL counts none: a query is interrupted after twenty seconds."""
    taken = []
    connection.ensure_connection()
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20s'")
        yield taken
        return
    connection.connection.set_progress_handler(lambda: taken.append(1) or len(taken) > 100_000, 1000)
    yield taken
    connection.connection.set_progress_handler(None, 0)


def test_a_search_costs_no_more_for_every_tag_and_word(ada, steps):
    link = save(ada)
    edit(ada, link, tags=", ".join(f"a b c d e f g h {k}" for k in range(12)))
    steps.clear()
    assert "1 saved" in shown(ada, "/s/?words=a+b+c+d+e+f+g+h")
    assert len(steps) < 100


def test_a_search_reads_eight_different_words_and_says_that_it_left_out_the_rest(ada):
    save(ada, title="alpha beta")
    assert "first 8" not in shown(ada, "/s/?words=" + "+".join(["alpha", "BETA", "beta"] * 20))
    page = shown(ada, "/s/?words=" + "+".join(["alpha"] + list("alphbet") + ["nowhere"] * 40 + ["neither"]))
    assert "Nothing saved fits this. Only" in shown(ada, "/s/?words=nowhere+b+c+d+e+f+g+h+i+nowhere")
    assert "1 saved. Only the first 8 different words are searched for." in page
    assert "Nothing saved fits this." in shown(ada, "/s/?words=nowhere+" + "+".join(map(str, range(40))))


def test_a_search_reads_the_first_fifty_characters_of_a_word_and_says_so(ada):
    save(ada, title="x" * 60)
    assert "1 saved. Only the first 50 characters of a word are searched for." in shown(ada, f"/s/?words={'x' * 55}y")
    assert "Nothing saved fits this." in shown(ada, f"/s/?words={'x' * 45}y")


def test_a_word_is_found_in_title_notes_or_any_tag_and_every_word_must_be(ada):
    link = save(ada, title="Decode")
    edit(ada, link, notes="batching", tags="week 3, roofline")
    assert "1 saved" in shown(ada, "/s/?words=decode+BATCH+roof+week")
    assert "Nothing saved fits this." in shown(ada, "/s/?words=decode+missing")
    edit(ada, link, title="Über Maße")
    assert "1 saved" in shown(ada, "/s/?words=Über+Maße")


def test_the_list_says_what_each_answer_was(ada):
    save(ada)
    assert "Compute-bound" in shown(ada, "/s/")


def test_the_list_comes_in_pages(ada):
    for k in range(51):
        Scenario.objects.create(title=f"No {k}", owner=ada.user, path="/x/", solver="roofline").versions.create(
            number=1, solver_version="1", question={}, snapshot={}, result={"shown": ""}
        )

    def listed(page):
        return ada.get(f"/s/?page={page}").context["page"]

    assert [len(listed(page).rows) for page in ("", 0, 1, 2, 99, "x")] == [50, 50, 50, 1, 1, 50]
    assert (listed(1).before, listed(1).after) == ("", "/s/?page=2")
    assert (listed(2).before, listed(2).after) == ("/s/", "")


def test_what_a_visitor_saved_goes_along_when_they_sign_in(somebody):
    User.objects.create_user("dora", password="a long one")
    link = save(somebody, title="From before")
    assert "From before" in shown(somebody, "/s/")
    answer = somebody.post("/accounts/login/", {"username": "dora", "password": "a long one", "next": ""})
    assert answer.status_code == 302
    assert "From before" in shown(somebody, "/s/")
    assert Scenario.objects.get().owner.username == "dora"
    assert "Save changes" in shown(somebody, link)
    other = Client()
    other.post("/accounts/login/", {"username": "dora", "password": "a long one"})
    assert "From before" in shown(other, "/s/")


def test_what_one_account_saved_is_not_taken_along_by_the_next(somebody):
    for name in ("dora", "emil"):
        User.objects.create_user(name, password="a long one")
    somebody.post("/accounts/login/", {"username": "dora", "password": "a long one"})
    save(somebody)
    somebody.post("/accounts/logout/")
    assert Scenario.objects.get().owner.username == "dora"
    somebody.post("/accounts/login/", {"username": "emil", "password": "a long one"})
    assert Scenario.objects.get().owner.username == "dora"


def test_one_signs_out_where_one_sees_what_is_saved(ada):
    assert "Signed in as ada" in shown(ada, "/s/") and 'action="/accounts/logout/"' in shown(ada, "/s/")
    ada.post("/accounts/logout/")
    assert "Signed in" not in shown(ada, "/s/")


@pytest.mark.parametrize("number", ["9" * 5000, "x", "-1", "7"])
def test_a_number_nobody_could_mean_is_no_error_of_the_servers(ada, number):
    link = save(ada)
    assert ada.post(f"{link}fork/", {"version": number}).status_code == 404
    assert ada.get(f"{link}export/json/", {"version": number}).status_code == 404
    assert edit(ada, link, visibility="class", group=number).status_code == 422


def test_a_list_reads_no_whole_answers(ada, django_assert_max_num_queries):
    for _ in range(6):
        save(ada)
    with django_assert_max_num_queries(12):
        assert shown(ada, "/s/").count("Compute-bound") == 6


def test_a_wrong_password_is_a_sentence(somebody):
    answer = somebody.post("/accounts/login/", {"username": "nobody", "password": "wrong"})
    assert "Wrong username or password" in answer.content.decode()


def test_the_code_to_scan_is_drawn_here(ada):
    page = shown(ada, f"{save(ada)}qr/")
    assert "<svg" in page and 'class="qrline"' in page


def test_a_link_brings_its_title_its_verdict_and_a_picture(ada, somebody):
    link = save(ada, title="Where it turns")
    page = shown(somebody, link)
    assert '<meta property="og:title" content="Where it turns">' in page
    assert re.search(r'<meta property="og:description" content="Compute-bound[^"]+">', page)
    picture = re.search(r'<meta property="og:image" content="http://testserver(/s/[^"]+)">', page)[1]
    answer = somebody.get(picture)
    assert answer["Content-Type"] == "image/png" and "no-cache" in answer["Cache-Control"]
    again = {"HTTP_IF_NONE_MATCH": answer["ETag"]}
    assert somebody.get(picture, **again).status_code == 304
    edit(ada, link, title="Another")
    assert somebody.get(picture, **again).status_code == 200
    edit(ada, link, visibility="private")
    assert somebody.get(picture, **again).status_code == 404


@pytest.mark.parametrize("page", ["/walls/roofline/", "/walls/tco/", "/walls/serving/", "/capstone/"])
def test_the_picture_is_of_the_size_and_not_empty(ada, page, tmp_path):
    (tmp_path / "x.png").write_bytes(ada.get(f"{save(ada, page)}preview.png").content)
    image = Image.open(tmp_path / "x.png")
    assert image.size == (1200, 630)
    assert len(image.getcolors(100_000)) > 20


def test_what_only_a_class_sees_names_no_picture(ada, course):
    link = save(ada)
    edit(ada, link, visibility="class", group=course.pk)
    assert "og:image" not in shown(ada, link)


@pytest.mark.django_db(transaction=True)
def test_versions_saved_at_the_same_time_get_numbers_of_their_own():
    client = Client()
    scenario = save(client).split("/")[2]
    cookies = client.cookies

    def again(k):
        other = Client()
        other.cookies = cookies
        try:
            return save(other, f"/walls/roofline/?batch_size={k + 1}", version_of=scenario)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        links = list(pool.map(again, range(12)))
    assert set(links) == {f"/s/{scenario}/"}
    assert [v.number for v in Scenario.objects.get().versions.all()] == list(range(1, 14))


def test_a_class_that_is_no_class_is_ignored_where_none_is_asked_for(ada):
    for group in ("", "none", "\0", "9" * 30):
        assert edit(ada, save(ada), visibility="link", group=group).status_code == 302
        assert edit(ada, save(ada), visibility="class", group=group).status_code == 422


def test_a_conflict_names_only_what_differs(ada):
    link = save(ada, title="One")
    edit(ada, link, notes="a\nb", tags="x, y")
    answer = edit(ada, link, title="Two", notes="a\r\nb", tags="y,x", revision=1)
    assert answer.context["page"].about.conflict == (("Title", "One"),)
    assert answer.context["form"]["revision"].value() == "2"


def test_a_refused_edit_shows_the_page_as_it_is_saved_above_what_was_typed(ada):
    answer = edit(ada, save(ada, title="Saved"), title="Typed", visibility="everybody")
    assert answer.context["page"].title == "Saved" and answer.context["form"]["title"].value() == "Typed"


@pytest.mark.parametrize("revision", ["", "one", "9" * 40, "-1"])
def test_an_edit_over_no_revision_there_is_is_a_conflict(ada, revision):
    assert edit(ada, save(ada), title="Mine", revision=revision).status_code == 409


def test_only_who_is_in_a_class_is_offered_to_show_it_to_one(ada, cleo):
    offered = {who: who.get(save(who)).context["form"]["visibility"].subwidgets for who in (ada, cleo)}
    assert [[str(choice.data["value"]) for choice in choices] for choices in offered.values()] == [
        ["private", "link", "class"],
        ["private", "link"],
    ]
