"""Stores courses and their members."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from mlsysweb.roles import STUDENT, give_role

from .models import Course, new_join_key

MOST_MEMBERS = 2_000


class CourseError(ValueError):
    """Something a course does not allow; the message is a sentence."""


def create_course(instructor: User, name: str, term: str) -> Course:
    """Return a new course of an instructor with a group of its own. Raise CourseError if another class has the name."""
    try:
        with transaction.atomic():
            group = Group.objects.create(name=f"{name}, {term}")
            course = Course.objects.create(group=group, name=name, term=term, instructor=instructor)
            instructor.groups.add(group)
    except IntegrityError:
        raise CourseError(f"There is already a class '{name}, {term}'. Add a section or your name.") from None
    return course


def join_course(course: Course, user: User) -> None:
    """Make a user a member of a course, and a student unless they teach. Raise CourseError if the course is closed or
    full."""
    if course.group in user.groups.all():
        return
    with transaction.atomic():
        current = Course.objects.select_for_update().get(pk=course.pk)
        if not current.open or current.join_key != course.join_key:
            raise CourseError("This course takes no more members. Ask your instructor.")
        if current.group.user_set.count() >= MOST_MEMBERS:
            raise CourseError(f"This course is full: {MOST_MEMBERS:,} members have joined.")
        user.groups.add(current.group)
        if not user.is_staff:
            give_role(user, STUDENT)


def members_of(course: Course) -> QuerySet[User]:
    """Return the members of a course other than the instructor, by username."""
    members: QuerySet[User] = course.group.user_set.order_by("username")
    return members.exclude(pk=course.instructor_id) if course.instructor_id else members


def remove_member(course: Course, user: User) -> None:
    """Remove a user from a course. What they showed to the class stays theirs, and is shown to it until they change
    that."""
    user.groups.remove(course.group)


def rotate_link(course: Course) -> None:
    """Replace the join link; the one before leads nowhere. Members stay."""
    Course.objects.filter(pk=course.pk).update(join_key=new_join_key())


def set_open(course: Course, is_open: bool) -> None:
    """Open or close a course to further members."""
    Course.objects.filter(pk=course.pk).update(open=is_open)


def delete_course(course: Course) -> None:
    """Delete a course with its group. Scenarios shown to the class are then seen by their owners alone."""
    course.group.delete()
