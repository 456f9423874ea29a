"""Wrong passwords lock the sign-in of that account from that address for a while, at every form."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db
FORMS = ["/accounts/login/", "/admin/login/"]
RIGHT = "a long one"


@pytest.fixture(autouse=True)
def ada():
    return User.objects.create_superuser("ada", password=RIGHT)


def sign_in(password, path=FORMS[0], name="ada", address="192.0.2.1"):
    return Client().post(path, {"username": name, "password": password}, REMOTE_ADDR=address)


def lock(path=FORMS[0], **more):
    return [sign_in(f"wrong {k}", path, **more) for k in range(settings.AXES_FAILURE_LIMIT)]


@pytest.mark.parametrize("path", FORMS)
def test_the_last_wrong_password_locks_even_the_right_one_out_with_a_sentence(path):
    answers = [*lock(path), sign_in(RIGHT, path)]
    assert [answer.status_code for answer in answers[:-2]] == [200] * (settings.AXES_FAILURE_LIMIT - 1)
    for answer in answers[-2:]:
        page = answer.content.decode()
        assert answer.status_code == 429 and answer["Retry-After"] == "300"
        assert "10 wrong passwords for this username" in page and "Try again in 5 minutes" in page
        assert "site-header" in page  # in the look of the site


def test_the_form_of_the_admin_is_locked_with_the_other():
    lock(FORMS[0])
    assert sign_in(RIGHT, FORMS[1]).status_code == 429


def test_another_address_and_another_account_are_not_locked():
    User.objects.create_user("ben", password=RIGHT)
    lock()
    assert sign_in(RIGHT, address="192.0.2.2").status_code == 302
    assert sign_in(RIGHT, name="ben").status_code == 302


def test_the_lock_ends_with_its_time_and_attempts_meanwhile_do_not_prolong_it():
    lock()
    AccessAttempt.objects.update(attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=4))
    assert sign_in("wrong").status_code == 429
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=1, seconds=1)
    )
    assert sign_in(RIGHT).status_code == 302


def test_signing_in_forgets_the_wrong_passwords_before():
    for _ in range(2):
        for k in range(settings.AXES_FAILURE_LIMIT - 1):
            sign_in(f"wrong {k}")
        assert sign_in(RIGHT).status_code == 302
    assert not AccessAttempt.objects.exists()


def test_behind_a_proxy_the_address_of_the_client_counts(settings):
    settings.PROXIES = 1

    def ask(password, client):
        forwarded = {"HTTP_X_FORWARDED_FOR": f"6.6.6.6, {client}", "REMOTE_ADDR": "10.0.0.1"}
        return Client().post(FORMS[0], {"username": "ada", "password": password}, **forwarded).status_code

    for k in range(settings.AXES_FAILURE_LIMIT):
        ask(f"wrong {k}", "192.0.2.1")
    assert (ask(RIGHT, "192.0.2.1"), ask(RIGHT, "192.0.2.2")) == (429, 302)


def test_no_password_is_stored():
    sign_in("my other password")
    assert "my other password" not in str(AccessAttempt.objects.values().get())


def test_the_menu_offers_to_sign_in_until_one_has():
    offered = 'href="/accounts/login/?next=%2Fabout%2Fprivacy%2F"'
    visitor = Client()
    assert offered in visitor.get("/about/privacy/").content.decode()
    visitor.post(FORMS[0], {"username": "ada", "password": RIGHT})
    assert offered not in visitor.get("/about/privacy/").content.decode()
