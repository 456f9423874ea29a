from __future__ import annotations

import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from mlsysweb.courses.forms import RegistrationForm
from mlsysweb.roles import ADMINISTRATOR, ROLES, STAFF, give_role

_TRIES = 3


class Command(BaseCommand):
    """`manage.py create_account instructor`: creates an account with roles."""

    help = (
        "Create an account with one or more roles, or give them to an account that exists. The password is asked for; "
        "without a terminal it is read from standard input."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the roles and the username."""
        parser.add_argument("roles", nargs="+", type=str.capitalize, choices=ROLES, metavar="role", help=_choices())
        parser.add_argument("--username", default="", help="the username; asked for without it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the account. Raise CommandError for a username or a password that cannot be used."""
        roles: list[str] = options["roles"]
        user = _account(options["username"])
        user.is_staff |= not set(roles).isdisjoint(STAFF)
        user.is_superuser |= ADMINISTRATOR in roles
        user.save(update_fields=["is_staff", "is_superuser"])
        for role in roles:
            give_role(user, role)
        self.stdout.write(f"{user.username} has the role{'s' if len(roles) > 1 else ''} {', '.join(roles)}.")


def _choices() -> str:
    return ", ".join(role.lower() for role in ROLES)


def _account(username: str) -> User:
    """Return the account of a username, created if there is none. Raise CommandError."""
    for _ in range(1 if username else _TRIES):
        name = username or input("Username: ").strip()
        if found := User.objects.filter(username=name).first():
            return found
        form = RegistrationForm({"username": name, **_passwords()})
        if form.is_valid():
            made: User = form.save()
            return made
        problems = " ".join(str(sentence) for sentences in form.errors.values() for sentence in sentences)
        if username:
            raise CommandError(problems)
        sys.stderr.write(f"{problems}\n")
    raise CommandError("No account was created.")


def _passwords() -> dict[str, str]:
    """Return a password that was typed twice, or read once from standard input."""
    if sys.stdin.isatty():
        return {"password1": getpass("Password: "), "password2": getpass("Password again: ")}
    password = sys.stdin.readline().rstrip("\n")
    return {"password1": password, "password2": password}
