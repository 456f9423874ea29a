"""Template context of courses."""

from __future__ import annotations

from dataclasses import dataclass

from mlsysweb.show.results.page import Link


@dataclass(frozen=True)
class CourseEntry:
    """A course in the list: its page, and a few words about it."""

    course: Link
    about: str


@dataclass(frozen=True)
class CoursesPage:
    """The courses of an account: those it teaches and those it is a member of. `may_create` shows the form; `name` and
    `term` are as typed, with the error of each; `password_error` is that of deleting the account."""

    username: str
    taught: tuple[CourseEntry, ...]
    joined: tuple[CourseEntry, ...]
    may_create: bool
    name: str = ""
    term: str = ""
    name_error: str = ""
    term_error: str = ""
    password_error: str = ""


@dataclass(frozen=True)
class Member:
    """A member of a course; `id` is that of the account."""

    id: int
    username: str


@dataclass(frozen=True)
class CoursePage:
    """A course with the scenarios shown to it, the latest first. Members and the join link are for its instructor
    (`teaches`) alone; `qr` is the link as SVG, empty while the course is closed. `catalog` says how many rows its
    catalog has beside the shared one."""

    id: int
    title: str
    instructor: str
    teaches: bool
    scenarios: tuple[Link, ...]
    is_open: bool = False
    join_url: str = ""
    qr: str = ""
    members: tuple[Member, ...] = ()
    catalog: str = ""


@dataclass(frozen=True)
class FormField:
    """A field of the registration: name, label, type, autocomplete, typed text, help and errors."""

    name: str
    label: str
    kind: str
    autocomplete: str
    value: str
    help: str
    errors: tuple[str, ...]


@dataclass(frozen=True)
class CourseJoinPage:
    """The page of a join link. `username` is that of the account, empty without one; then `fields` are those of the
    registration. `problem` says why the course cannot be joined."""

    title: str
    instructor: str
    username: str
    join_url: str
    register_url: str
    sign_in_url: str
    fields: tuple[FormField, ...] = ()
    problem: str = ""
