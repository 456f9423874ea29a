"""A course in browsers: an instructor creates it, a student registers by its link on a phone, and each page keeps the
rules of accessibility."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_class import PHONE, fits, open_browser

__all__ = ["open_browser"]

pytestmark = pytest.mark.usefixtures("catalog")

PASSWORD = "a rather long one"


@pytest.fixture
def ada():
    made = User.objects.create_user("ada", password=PASSWORD)
    made.user_permissions.add(Permission.objects.get(codename="add_course"))
    return made


def test_a_course_is_created_joined_by_its_link_and_left(page, open_browser, live_server, ada):
    page.goto(f"{live_server.url}/courses/")
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Name").fill("ML systems")
    page.get_by_label("Term").fill("Spring 2027")
    assert violations(page) == []
    page.get_by_role("button", name="Create a course").click()
    expect(page.get_by_role("heading", name="ML systems, Spring 2027")).to_be_visible()
    link = page.locator(".join-link a").get_attribute("href")

    ben = open_browser(PHONE)
    ben.goto(link)
    assert fits(ben) and violations(ben) == []
    ben.get_by_label("Username").fill("ben")
    ben.get_by_label("Password", exact=True).fill(PASSWORD)
    ben.get_by_label("Password again").fill(PASSWORD)
    ben.get_by_role("button", name="Create an account and join").click()
    expect(ben.get_by_role("heading", name="ML systems, Spring 2027")).to_be_visible()
    assert fits(ben) and violations(ben) == []

    page.reload()
    expect(page.get_by_role("heading", name="Members (1)")).to_be_visible()
    page.set_viewport_size(PHONE)
    assert fits(page) and violations(page) == []
    page.get_by_role("button", name="Remove ben").click()
    expect(page.get_by_role("heading", name="Members (0)")).to_be_visible()
    page.get_by_role("button", name="Close to new members").click()
    ben.goto(link)
    expect(ben.locator(".form-error")).to_have_text(re.compile("takes no more members"))
