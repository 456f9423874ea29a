"""Launches from a learning platform: those that are accepted, and each way in which one is refused."""

import os
import re
import subprocess
import sys
import time
from datetime import timedelta
from html import unescape

import jwt
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mlsysweb.classroom.models import ClassSession, Participant
from mlsysweb.lti import token
from mlsysweb.lti.models import Launch, PlatformLink, PlatformStudent
from tests.mlsysweb.people import save

from .platform import CLAIM, DEEP, LEARNER, TEACHER, new_key

pytestmark = pytest.mark.usefixtures("catalog")


def start(moodle, user="t1"):
    """Open the link as an instructor and start a class. Return the browser and the class."""
    teacher, opened = moodle.open(user, TEACHER)
    assert opened.url == reverse("lti:link", args=[PlatformLink.objects.get().pk])
    assert teacher.post(f"{opened.url}start/").status_code == 302
    return teacher, ClassSession.objects.get()


def test_a_launch_begins_with_a_redirect_to_the_platform(moodle):
    asked = moodle.begin(Client())
    assert asked["redirect_uri"] == "http://testserver/lti/launch/" and asked["client_id"] == "walls"
    assert (asked["response_type"], asked["response_mode"], asked["scope"]) == ("id_token", "form_post", "openid")
    assert (asked["login_hint"], asked["lti_message_hint"]) == ("7", "h")
    assert len({moodle.begin(Client())[name] for name in ("state", "nonce") for _ in range(5)}) == 10


@pytest.mark.parametrize(
    "change", [{"iss": "https://other.example"}, {"client_id": "x"}, {"login_hint": ""}, {"iss": ""}]
)
def test_an_unknown_platform_gets_a_sentence(moodle, change):
    said = {"iss": "https://moodle.example.edu", "login_hint": "7", "client_id": "walls"} | change
    answered = Client().get(reverse("lti:login"), said)
    assert answered.status_code == 400 and "is not registered here" in answered.content.decode()


@pytest.mark.parametrize("method", ["get", "post"])
def test_launches_are_begun_up_to_the_limit(moodle, settings, tmp_path, method):
    settings.THROTTLE_FILE = tmp_path / "counts.sqlite3"
    settings.FAIR_USE = {"sign_in": {"address": (2, 3600)}}
    said = {"iss": "https://moodle.example.edu", "login_hint": "7", "client_id": "walls"}
    begin = getattr(Client(), method)
    assert [begin(reverse("lti:login"), said).status_code for _ in range(3)] == [302, 302, 429]
    assert Launch.objects.count() == 2


def test_an_instructor_starts_a_class_and_students_of_the_link_join_it(moodle):
    teacher, session = start(moodle)
    assert teacher.get(reverse("live:host", args=[session.host_key])).status_code == 200
    ben, opened = moodle.open("u1")
    assert opened.url == reverse("live:student", args=[session.code])
    assert "Student u1" in ben.get(opened.url).content.decode()
    student = PlatformStudent.objects.get()
    assert (student.user, student.participant.session) == ("u1", session)


def test_a_student_without_a_class_reads_the_lesson(moodle):
    _, opened = moodle.open("u1")
    assert opened.url == "/lessons/economics/" and not Participant.objects.exists()


def test_a_second_launch_on_another_device_is_the_same_student(moodle):
    start(moodle)
    moodle.open("u1")
    moodle.open("u1")
    assert Participant.objects.count() == 1
    phone, _ = moodle.open("u2")
    moodle.open("u3", client=phone)
    assert [each.user for each in PlatformStudent.objects.order_by("pk")] == ["u1", "u2", "u3"]
    assert Participant.objects.count() == 3


def test_a_launch_keeps_what_the_browser_saved_before(moodle):
    client = Client()
    link = save(client, title="Mine")
    start(moodle)
    moodle.open("u1", client=client)
    assert "Mine" in client.get("/s/").content.decode() and link


def test_a_name_is_shortened_and_cleaned(moodle):
    start(moodle)
    moodle.open("u1", name="  Grace\x00 " + "x" * 100)
    assert Participant.objects.get().name == ("Grace " + "x" * 100)[:40]


WRONG = {
    "another key": (lambda m, c: m.token(c, key=new_key()), "not valid"),
    "an unknown key id": (lambda m, c: m.token(c, headers={"kid": "other"}), "not valid"),
    "no signature": (lambda m, c: jwt.encode(c, None, algorithm="none", headers={"kid": m.kid}), "not valid"),
    "a shared secret": (
        lambda m, c: jwt.encode(c, "secret" * 8, algorithm="HS256", headers={"kid": m.kid}),
        "not valid",
    ),
    "no token": (lambda m, c: "", "not valid"),
    "expired": (lambda m, c: m.token(c | {"exp": int(time.time()) - 120}), "has expired"),
    "from the future": (lambda m, c: m.token(c | {"iat": int(time.time()) + 600}), "not valid"),
    "another audience": (lambda m, c: m.token(c | {"aud": "other"}), "not valid"),
    "several audiences": (lambda m, c: m.token(c | {"aud": ["walls", "other"]}), "made for another tool"),
    "another issuer": (lambda m, c: m.token(c | {"iss": "https://other.example"}), "not valid"),
    "another nonce": (lambda m, c: m.token(c | {"nonce": "x"}), "nonce is not the one"),
    "no nonce": (lambda m, c: m.token({k: v for k, v in c.items() if k != "nonce"}), "not valid"),
    "no expiry": (lambda m, c: m.token({k: v for k, v in c.items() if k != "exp"}), "not valid"),
    "another deployment": (lambda m, c: m.token(c | {f"{CLAIM}deployment_id": "9"}), "deployment of this launch"),
    "another version": (lambda m, c: m.token(c | {f"{CLAIM}version": "1.1"}), "not of LTI 1.3"),
    "another kind": (lambda m, c: m.token(c | {f"{CLAIM}message_type": "Other"}), "is not supported"),
    "no link": (lambda m, c: m.token(c | {f"{CLAIM}resource_link": None}), "names no link"),
    "no user": (lambda m, c: m.token(c | {"sub": ""}), "or no user"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_forged_or_stale_token_is_refused_with_a_sentence(moodle, wrong):
    make, sentence = WRONG[wrong]
    client = Client()
    asked = moodle.begin(client)
    answered = moodle.answer(client, asked, make(moodle, moodle.claims(asked, role=TEACHER)))
    assert answered.status_code == 400 and sentence in unescape(answered.content.decode())
    assert not PlatformLink.objects.exists()


def test_several_audiences_are_accepted_with_this_site_as_the_authorized_party(moodle):
    moodle.open("u1", aud=["walls", "other"], azp="walls")
    assert PlatformLink.objects.count() == 1


def test_a_state_is_good_once_and_in_the_browser_that_began(moodle):
    client = Client()
    asked = moodle.begin(client)
    signed = moodle.token(moodle.claims(asked))
    for other in (Client(), moodle_browser(moodle)):
        refused = moodle.answer(other, asked, signed)
        assert refused.status_code == 400 and "was not begun in this browser" in refused.content.decode()
    cookie = client.cookies["lti_state"].value
    assert moodle.answer(client, asked, signed).status_code == 302
    client.cookies["lti_state"] = cookie
    again = moodle.answer(client, asked, signed)
    assert again.status_code == 400 and "was used before" in again.content.decode()


def moodle_browser(moodle):
    """Return a browser that has begun a launch of its own."""
    client = Client()
    moodle.begin(client)
    return client


def test_a_launch_that_took_too_long_is_refused(moodle):
    client = Client()
    asked = moodle.begin(client)
    Launch.objects.update(begun=timezone.now() - timedelta(minutes=11))
    refused = moodle.answer(client, asked, moodle.token(moodle.claims(asked)))
    assert refused.status_code == 400 and "took too long" in refused.content.decode()


def test_a_ticket_is_good_once(moodle):
    client = Client()
    asked = moodle.begin(client)
    launched = moodle.answer(client, asked, moodle.token(moodle.claims(asked, role=TEACHER)))
    assert client.get(launched.url).status_code == 302
    assert client.get(launched.url).status_code == 400 and Client().get(launched.url).status_code == 400
    assert not Launch.objects.exists()


def test_an_unanswered_launch_has_no_ticket(moodle):
    moodle.begin(Client())
    assert Client().get(reverse("lti:proceed", args=[Launch.objects.get().ticket])).status_code == 400


def test_an_error_of_the_platform_is_shown(moodle):
    asked = moodle.begin(Client())
    answered = Client().post(reverse("lti:launch"), {"state": asked["state"], "error": "login_required"})
    assert answered.status_code == 400 and "login_required" in answered.content.decode()


def test_keys_that_cannot_be_read_get_a_sentence(moodle):
    moodle.row.key_set_url = "http://127.0.0.1:9/keys"
    moodle.row.save()
    client = Client()
    asked = moodle.begin(client)
    answered = moodle.answer(client, asked, moodle.token(moodle.claims(asked)))
    assert answered.status_code == 400 and "cannot be read now" in answered.content.decode()


def test_a_new_key_of_the_platform_is_found(moodle):
    moodle.open("u1")
    moodle.key, moodle.kid = new_key(), "next-key"
    token._keys_of(moodle.row.key_set_url).cooldown_duration = 0  # else it waits half a minute
    moodle.open("u2")


def test_a_student_leads_nothing_and_no_stranger_opens_a_link(moodle):
    teacher, session = start(moodle)
    ben, _ = moodle.open("u1")
    link = reverse("lti:link", args=[PlatformLink.objects.get().pk])
    for client in (ben, Client()):
        for address in (link, f"{link}start/", f"{link}grades/", reverse("lti:choose")):
            assert client.get(address).status_code in {404, 405} and client.post(address).status_code in {404, 405}
    assert session.host_key not in ben.get(reverse("live:student", args=[session.code])).content.decode()
    assert session.host_key in teacher.get(link).content.decode()
    assert ClassSession.objects.count() == 1 and not moodle.scores


def test_a_link_with_the_code_of_a_class_lets_join_it_but_not_lead_it(moodle):
    _, session = start(moodle)
    other = {"custom": {"class": session.code}, f"{CLAIM}resource_link": {"id": "link-2"}}
    _, opened = moodle.open("u5", **other)
    assert opened.url == reverse("live:student", args=[session.code])
    teacher, opened = moodle.open("t2", TEACHER, **other)
    page = teacher.get(opened.url).content.decode()
    assert session.host_key not in page and reverse("live:student", args=[session.code]) in page
    session.ended = timezone.now()
    session.save()
    asked = moodle.begin(client := Client())
    launched = moodle.answer(client, asked, moodle.token(moodle.claims(asked, "u6", **other)))
    assert client.get(launched.url).status_code == 409


def test_unfinished_launches_are_pruned(moodle):
    moodle.begin(Client())
    call_command("prune", verbosity=0)
    assert Launch.objects.count() == 1
    Launch.objects.update(begun=timezone.now() - timedelta(days=2))
    call_command("prune", verbosity=0)
    assert not Launch.objects.exists()


OFF = """
import django, sys
django.setup()
from django.test import Client
print([Client().get(f"/lti/{name}/").status_code for name in ("keys", "login", "choose")])
print([name for name in ("jwt", "cryptography", "mlsysweb.lti.views") if name in sys.modules])
from django.contrib import admin
print("platform" in [model._meta.model_name for model in admin.site._registry])
"""


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("0", "[404, 404, 404]\n[]\nFalse\n"),
        ("1", "[200, 400, 404]\n['jwt', 'cryptography', 'mlsysweb.lti.views']\nTrue\n"),
    ],
)
def test_off_by_default_no_address_answers_and_no_library_is_imported(tmp_path, value, told):
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "mlsysweb.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}",
        "MLSYSWEB_LTI": value,
        "MLSYSWEB_HOSTS": "testserver",
    }
    if value == "0":
        del env["MLSYSWEB_LTI"]
    run = {"cwd": settings.BASE_DIR, "env": env, "capture_output": True, "text": True, "check": True}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], **run)
    assert subprocess.run([sys.executable, "-c", OFF], **run).stdout == told


class TestDeepLinks:
    """An instructor chooses a lesson or a class, and the platform gets a signed item."""

    SETTINGS = {"deep_link_return_url": "https://moodle.example.edu/return", "data": "course 3"}

    def begun(self, moodle, role=TEACHER):
        claims = {f"{CLAIM}message_type": "LtiDeepLinkingRequest", DEEP: self.SETTINGS, f"{CLAIM}resource_link": None}
        return moodle.open("t1", role, **claims)

    def test_a_lesson_is_chosen_and_taken_to_the_platform(self, moodle):
        teacher, opened = self.begun(moodle)
        assert opened.url == "/lti/choose/" and "Choose a lesson" in teacher.get(opened.url).content.decode()
        chosen = teacher.post(opened.url, {"lesson": "economics"})
        page = chosen.content.decode()
        assert 'action="https://moodle.example.edu/return"' in page and "csrfmiddlewaretoken" not in page
        assert "form-action 'self' https://moodle.example.edu;" in chosen["Content-Security-Policy"] + ";"
        key = jwt.PyJWKSet(teacher.get("/lti/keys/").json()["keys"]).keys[0]
        said = jwt.decode(
            re.search(r'name="JWT" value="([^"]+)"', page)[1],
            key,
            algorithms=["RS256"],
            audience="https://moodle.example.edu",
            issuer="walls",
        )
        item = said["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"][0]
        assert item["custom"] == {"lesson": "economics"} and item["lineItem"]["scoreMaximum"] == 100
        assert said["https://purl.imsglobal.org/spec/lti-dl/claim/data"] == "course 3"
        assert said[f"{CLAIM}message_type"] == "LtiDeepLinkingResponse" and said[f"{CLAIM}deployment_id"] == "1"

    def test_a_class_is_chosen_by_its_code(self, moodle):
        _, session = start(moodle)
        teacher, opened = self.begun(moodle)
        page = teacher.post(opened.url, {"code": session.code.lower()}).content.decode()
        token = re.search(r'name="JWT" value="([^"]+)"', page)[1]
        said = jwt.decode(token, options={"verify_signature": False})
        items = said["https://purl.imsglobal.org/spec/lti-dl/claim/content_items"]
        assert items[0]["custom"] == {"class": session.code}

    @pytest.mark.parametrize(("sent", "status"), [({"code": "NOSUCH"}, 422), ({"lesson": "nosuch"}, 404), ({}, 404)])
    def test_what_does_not_exist_is_not_chosen(self, moodle, sent, status):
        teacher, opened = self.begun(moodle)
        assert teacher.post(opened.url, sent).status_code == status

    def test_a_student_adds_no_link(self, moodle):
        client = Client()
        asked = moodle.begin(client)
        claims = {f"{CLAIM}message_type": "LtiDeepLinkingRequest", DEEP: self.SETTINGS}
        launched = moodle.answer(client, asked, moodle.token(moodle.claims(asked, role=LEARNER, **claims)))
        assert client.get(launched.url).status_code == 403 and client.get("/lti/choose/").status_code == 404

    def test_an_address_to_return_to_is_one_of_the_web(self, moodle):
        client = Client()
        asked = moodle.begin(client)
        claims = {f"{CLAIM}message_type": "LtiDeepLinkingRequest", DEEP: {"deep_link_return_url": "javascript:1"}}
        answered = moodle.answer(client, asked, moodle.token(moodle.claims(asked, role=TEACHER, **claims)))
        assert answered.status_code == 400 and "no address to return to" in answered.content.decode()
