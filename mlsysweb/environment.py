"""The environment variables of the site: name, default and meaning of each. The settings are read from here, and so is
the table of the operator guide: `python -m mlsysweb.environment` prints it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True)
class Variable:
    """An environment variable. Each method reads it as one type and raises ImproperlyConfigured, with a sentence, for
    a value that is none. An empty value counts as not set."""

    name: str
    default: str
    meaning: str

    def text(self) -> str:
        """Return the value as it is, without surrounding blanks."""
        return os.environ.get(self.name, "").strip() or self.default

    def names(self) -> list[str]:
        """Return the parts of a comma-separated value."""
        return [part.strip() for part in self.text().split(",") if part.strip()]

    def flag(self) -> bool:
        """Return whether the value is 1."""
        return self.choice("0", "1") == "1"

    def choice(self, *choices: str) -> str:
        """Return the value, in capitals, if it is one of `choices`."""
        if (value := self.text().upper()) in choices:
            return value
        raise ImproperlyConfigured(f"{self.name} must be {' or '.join(choices)}; it is '{self.text()}'.")

    def site(self) -> str:
        """Return the address of a site, without a path and a slash at its end; empty where none is set."""
        if re.fullmatch(r"(https?://[^\s/?#@]+/?)?", value := self.text()):
            return value.removesuffix("/")
        raise ImproperlyConfigured(f"{self.name} must be an address such as https://example.org; it is '{value}'.")

    def whole(self, what: str = "whole number", least: int = 0, why: str = "") -> int:
        """Return the value as a whole number of at least `least`. A sentence calls it a `what` and may say why."""
        text = self.text()
        if not (text.isascii() and text.isdecimal()) or int(text) < least:
            raise ImproperlyConfigured(f"{self.name} must be a {what}, {least}{why} or more; it is '{text}'.")
        return int(text)

    def factor(self) -> float:
        """Return the value as a number that is not negative."""
        try:
            value = float(self.text())
        except ValueError:
            value = -1.0
        if not 0 <= value < float("inf"):
            raise ImproperlyConfigured(f"{self.name} must be a number, 0 or more; it is '{self.text()}'.")
        return value


DATABASE_URL = Variable(
    "DATABASE_URL", "", "A database other than `var/db.sqlite3`, such as `postgresql://user:password@host/name`."
)
HOSTS = Variable(
    "MLSYSWEB_HOSTS",
    "",
    "Comma-separated host names under which the site is reached, beside `localhost`. Others are refused.",
)
HTTPS = Variable(
    "MLSYSWEB_HTTPS",
    "0",
    "`1` behind a proxy that ends TLS: secure cookies, HSTS, links with `https`, and a redirect from `http`. The proxy "
    "must set `X-Forwarded-Proto` itself and not pass on that of a client.",
)
PROXIES = Variable(
    "MLSYSWEB_PROXIES",
    "",
    "The number of proxies before the site; their `X-Forwarded-For` then says from which address a request comes. Not "
    "set: `1` with `MLSYSWEB_HTTPS`, else `0`.",
)
WORKERS = Variable("MLSYSWEB_WORKERS", "2", "The number of web processes; about one per processor core.")
FAIR_USE = Variable(
    "MLSYSWEB_FAIR_USE",
    "1",
    "A factor of all limits on how often a visitor may save, import, sign in and so on; `0` for no limits.",
)
KEEP_DAYS = Variable(
    "MLSYSWEB_KEEP_DAYS",
    "400",
    "For how many days scenarios without an account are kept at least; 180 or more. `manage.py prune` removes older "
    "ones.",
)
MIN_FREE_MB = Variable(
    "MLSYSWEB_MIN_FREE_MB", "200", "Saving is refused when the disk of the SQLite database has less room, in MB."
)
SQLITE_SYNCHRONOUS = Variable(
    "MLSYSWEB_SQLITE_SYNCHRONOUS",
    "FULL",
    "`FULL`: what was saved survives a power failure. `NORMAL`: saves are twice as fast, and a power failure may lose "
    "the last second.",
)
ACCESS_LOG = Variable(
    "MLSYSWEB_ACCESS_LOG",
    "0",
    "`1` writes a line per request to standard output: method, address, status, bytes and milliseconds.",
)
METRICS_TOKEN = Variable(
    "MLSYSWEB_METRICS_TOKEN",
    "",
    "Turns `/metrics` on, for Prometheus; its requests must carry `Authorization: Bearer` with this value.",
)
REPORTS_TO = Variable(
    "MLSYSWEB_REPORTS_TO",
    "",
    "Where readers of the catalog report errors: an e-mail address, or the page of an issue tracker that opens a new "
    "issue and takes `title` and `body` (`https://…/issues/new`). Not set: no link is shown.",
)
LTI = Variable(
    "MLSYSWEB_LTI",
    "0",
    "`1` lets learning platforms launch lessons and classes by LTI 1.3 and takes participation back as grades; needs "
    "`https`. Platforms are registered in the admin.",
)
MODEL_HUB = Variable(
    "MLSYSWEB_MODEL_HUB",
    "",
    "A hub of models such as `https://huggingface.co`, from which those who may add models to the catalog read a "
    "`config.json` by the name of its repository. Not set: the site fetches none.",
)
DASK_SCHEDULER = Variable(
    "DASK_SCHEDULER",
    "",
    "The address of a Dask cluster for large searches, such as `tcp://host:8786`; see [large searches]"
    "(large-searches.md).",
)

VARIABLES = (
    DATABASE_URL,
    HOSTS,
    HTTPS,
    PROXIES,
    WORKERS,
    FAIR_USE,
    KEEP_DAYS,
    MIN_FREE_MB,
    SQLITE_SYNCHRONOUS,
    ACCESS_LOG,
    METRICS_TOKEN,
    REPORTS_TO,
    LTI,
    MODEL_HUB,
    DASK_SCHEDULER,
)


def table() -> str:
    """Return the variables as a table in Markdown."""
    rows = (f"| `{each.name}` | {f'`{each.default}`' if each.default else ''} | {each.meaning} |" for each in VARIABLES)
    return "\n".join(["| variable | default | meaning |", "| --- | --- | --- |", *rows])


if __name__ == "__main__":
    print(table())
