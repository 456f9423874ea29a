"""The roles of accounts: their permissions, what they open in the admin, and the command that gives them."""

import io

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command

from catalog.models import TABLES
from mlsysweb.roles import ADMINISTRATOR, CATALOG_EDITOR, INSTRUCTOR, ROLES, STUDENT, give_role
from tests.mlsysweb.people import signed_in

from .roles import MIGRATION, roles

__all__ = ["roles"]

pytestmark = pytest.mark.usefixtures("roles")

EVERY_ROW = {f"catalog.{action}_{table._meta.model_name}" for table in TABLES for action in MIGRATION.EVERY}
VIEW_ROWS = {name for name in EVERY_ROW if ".view_" in name}


def permissions(role):
    found = Permission.objects.filter(group__name=role).values_list("content_type__app_label", "codename")
    return {f"{app}.{name}" for app, name in found}


def staff(*names):
    client = signed_in("-".join(names).replace(" ", ""))
    for name in names:
        give_role(client.user, name)
    client.user.is_staff = True
    client.user.save()
    return client


def test_each_role_has_the_permissions_it_needs_and_no_other():
    assert permissions(STUDENT) == set()
    assert permissions(INSTRUCTOR) == VIEW_ROWS | {"courses.add_course"}
    assert permissions(CATALOG_EDITOR) == EVERY_ROW
    assert permissions(ADMINISTRATOR) > EVERY_ROW | {"auth.change_user", "courses.change_course"}


def test_every_permission_is_one_that_django_knows_under_its_own_name():
    call_command("migrate", verbosity=0)
    names = {f"{each.content_type.app_label}.{each.codename}": each.name for each in Permission.objects.all()}
    for role in MIGRATION.ROLES.values():
        for (app, model, words), actions in role.items():
            assert apps.get_model(app, model)._meta.verbose_name == words
            for action in actions:
                assert names[f"{app}.{action}_{model}"] == f"Can {action} {words}"


def test_roles_created_twice_are_the_same_and_members_stay():
    ada = signed_in("ada")
    give_role(ada.user, INSTRUCTOR)
    before = {role: permissions(role) for role in ROLES}
    MIGRATION.create_roles(apps, None)
    assert {role: permissions(role) for role in ROLES} == before
    assert Group.objects.filter(name__in=ROLES).count() == len(ROLES)
    assert ada.user.groups.get().name == INSTRUCTOR


def test_roles_undone_leave_accounts_and_classes():
    ada, course = signed_in("ada"), Group.objects.create(name="ML systems, autumn")
    give_role(ada.user, INSTRUCTOR)
    MIGRATION.delete_roles(apps, None)
    assert list(Group.objects.all()) == [course] and User.objects.get() == ada.user


ADMIN = {
    "/admin/catalog/accelerator/add/": {CATALOG_EDITOR, ADMINISTRATOR},
    "/admin/catalog/accelerator/": {INSTRUCTOR, CATALOG_EDITOR, ADMINISTRATOR},
    "/admin/auth/user/": {ADMINISTRATOR},
    "/admin/auth/group/add/": {ADMINISTRATOR},
    "/admin/courses/course/": {ADMINISTRATOR},
    "/admin/scenarios/scenario/": {ADMINISTRATOR},
}


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_pages_of_the_admin_alone(role):
    client = staff(role)
    opened = {address for address in ADMIN if client.get(address).status_code == 200}
    assert opened == {address for address, allowed in ADMIN.items() if role in allowed}


def command(monkeypatch, *arguments, password="a rather long one"):
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    call_command("create_account", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_makes_an_instructor_who_works_in_the_admin(monkeypatch):
    told = command(monkeypatch, "instructor", "catalog editor", "--username", "ada")
    ada = User.objects.get()
    assert told == "ada has the roles Instructor, Catalog editor.\n"
    assert ada.is_staff and not ada.is_superuser and ada.check_password("a rather long one")
    assert ada.has_perms(["courses.add_course", "catalog.change_accelerator"])


def test_the_command_gives_a_role_to_an_account_that_exists_and_keeps_its_password(monkeypatch):
    signed_in("ben")
    command(monkeypatch, "administrator", "--username", "ben", password="another long one")
    ben = User.objects.get()
    assert ben.is_superuser and ben.check_password("a long one")


def test_a_student_of_the_command_has_no_access_to_the_admin(monkeypatch):
    command(monkeypatch, "student", "--username", "ben")
    assert not User.objects.get().is_staff


@pytest.mark.parametrize(
    ("name", "password", "sentence"), [("ada", "123", "too short"), ("a b", "a rather long one", "valid username")]
)
def test_the_command_refuses_what_cannot_be_an_account(monkeypatch, name, password, sentence):
    with pytest.raises(CommandError, match=sentence):
        command(monkeypatch, "instructor", "--username", name, password=password)
    assert not User.objects.exists()
