"""The environment variables of the site: one declaration, read by the settings and listed in the operator guide."""

import os
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlsysweb.environment import VARIABLES, Variable, table
from tests.served import ROOT

NUMBER = Variable("MLSYSWEB_TESTED", "3", "A number for a test.")
# Django's own, and that of the client of Prometheus.
OTHERS = {"DJANGO_SETTINGS_MODULE", "PROMETHEUS_MULTIPROC_DIR"}


def manage(*arguments, **variables):
    """Run `manage.py` with these environment variables and no others of the site."""
    left_out = {"DJANGO_ALLOW_ASYNC_UNSAFE", *(each.name for each in VARIABLES)}  # the first is set by tests alone
    env = {name: value for name, value in os.environ.items() if name not in left_out}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=env | variables, capture_output=True, text=True, check=False)


def test_the_operator_guide_has_the_table_of_all_variables():
    assert table() in (ROOT / "docs/operator.md").read_text()


def test_every_variable_that_the_code_reads_is_declared():
    sources = [p.read_text() for folder in ("mlsysweb", "catalog", "solvers") for p in (ROOT / folder).rglob("*.py")]
    read = {name for text in sources for name in re.findall(r"environ(?:\.get\(|\.setdefault\(|\[)\"([A-Z_]+)\"", text)}
    assert read <= OTHERS
    named = {name for text in sources for name in re.findall(r"\bMLSYSWEB_[A-Z_]*[A-Z]", text)}
    assert named <= {each.name for each in VARIABLES}


def test_every_declared_variable_is_read_somewhere():
    sources = "".join(
        p.read_text() for p in (ROOT / "mlsysweb").rglob("*.py") if p.name not in ("environment.py", "settings_dev.py")
    )
    unread = [each.name for each in VARIABLES if not re.search(rf"\b{each.name.removeprefix('MLSYSWEB_')}\.", sources)]
    assert unread == []


@pytest.mark.parametrize("value", ["many", "-1", "1.5", "²"])
def test_a_value_that_is_no_whole_number_is_refused_with_a_sentence(monkeypatch, value):
    monkeypatch.setenv(NUMBER.name, value)
    with pytest.raises(
        ImproperlyConfigured, match=f"MLSYSWEB_TESTED must be a whole number, 0 or more; it is '{value}'"
    ):
        NUMBER.whole()


@pytest.mark.parametrize("value", ["much", "-1", "nan", "inf"])
def test_a_value_that_is_no_factor_is_refused_with_a_sentence(monkeypatch, value):
    monkeypatch.setenv(NUMBER.name, value)
    with pytest.raises(ImproperlyConfigured, match="MLSYSWEB_TESTED must be a number, 0 or more"):
        NUMBER.factor()


@pytest.mark.parametrize("value", ["yes", "TRUE", "2"])
def test_a_value_that_is_no_flag_is_refused_with_a_sentence(monkeypatch, value):
    monkeypatch.setenv(NUMBER.name, value)
    with pytest.raises(ImproperlyConfigured, match="MLSYSWEB_TESTED must be 0 or 1"):
        NUMBER.flag()


def test_an_empty_value_counts_as_not_set(monkeypatch):
    monkeypatch.setenv(NUMBER.name, " ")
    assert NUMBER.whole() == 3 and NUMBER.text() == "3"


SECURE = """
from django.conf import settings
from django.test import Client
from django.urls import reverse
said = {"HTTP_HOST": "walls.example.edu", "HTTP_X_FORWARDED_FOR": "192.0.2.7"}
plain = Client().get("/accounts/login/", **said)
print(plain.status_code, plain["Location"])
page = Client().get("/accounts/login/", HTTP_X_FORWARDED_PROTO="https", **said)
print(page.status_code, page["Strict-Transport-Security"], page.cookies["csrftoken"]["secure"])
print(settings.SESSION_COOKIE_SECURE, settings.PROXIES)
about = Client().get("/about/", HTTP_X_FORWARDED_PROTO="https", **said).content.decode()
print("https://walls.example.edu/" in about, "http://walls.example.edu" in about)
"""


def test_https_makes_cookies_links_and_headers_secure_and_redirects(tmp_path):
    env = {"MLSYSWEB_HTTPS": "1", "MLSYSWEB_HOSTS": "walls.example.edu", "DATABASE_URL": f"sqlite:///{tmp_path}/db"}
    assert manage("migrate", "--verbosity", "0", **env).returncode == 0
    ran = manage("shell", "--no-imports", "-c", SECURE, **env)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == [
        "301 https://walls.example.edu/accounts/login/",
        "200 max-age=31536000 True",
        "True 1",
        "True False",
    ]


def test_the_deployment_checks_of_django_find_nothing_with_https():
    ran = manage("check", "--deploy", "--fail-level", "WARNING", MLSYSWEB_HTTPS="1", MLSYSWEB_HOSTS="walls.example.edu")
    assert ran.returncode == 0 and not ran.stderr, ran.stderr
    without = manage("check", "--deploy", "--fail-level", "WARNING", MLSYSWEB_HOSTS="walls.example.edu")
    assert without.returncode != 0 and "security.W012" in without.stderr


def test_a_wrong_number_of_workers_is_said_in_a_sentence():
    command = [sys.executable, "-m", "mlsysweb.serve", "--port", "0"]
    env = os.environ | {"MLSYSWEB_WORKERS": "0"}
    ran = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, "MLSYSWEB_WORKERS must be a whole number, 1 or more; it is '0'.\n")
