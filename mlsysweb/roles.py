"""The roles of accounts, each a group with the permissions it needs, and the classes of an account, which are groups
too."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, Group, PermissionsMixin
from django.db.models import QuerySet

STUDENT = "Student"
INSTRUCTOR = "Instructor"
CATALOG_EDITOR = "Catalog editor"
ADMINISTRATOR = "Administrator"
ROLES = (STUDENT, INSTRUCTOR, CATALOG_EDITOR, ADMINISTRATOR)
# The roles whose accounts work in the admin.
STAFF = (INSTRUCTOR, CATALOG_EDITOR, ADMINISTRATOR)


def classes_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Group]:
    """Return the classes of a user by name: all groups but the roles; none without an account."""
    groups: QuerySet[Group] = user.groups.all() if isinstance(user, PermissionsMixin) else Group.objects.none()
    return groups.exclude(name__in=ROLES).order_by("name")


def give_role(user: PermissionsMixin, role: str) -> None:
    """Give a user a role; without effect if the user has it."""
    user.groups.add(Group.objects.get_or_create(name=role)[0])
