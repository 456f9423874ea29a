"""Courses in the admin: an administrator gives a course to another instructor, closes it or deletes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from .models import Course
from .store import delete_course

if TYPE_CHECKING:
    CourseModelAdmin = admin.ModelAdmin[Course]
else:
    CourseModelAdmin = admin.ModelAdmin


@admin.register(Course)
class CourseAdmin(CourseModelAdmin):
    """Courses. Members are those of the group; the join link is shown to the instructor alone."""

    list_display = ("name", "term", "instructor", "open", "created")
    list_filter = ("open", "created")
    search_fields = ("name", "term", "instructor__username")
    fields = ("name", "term", "instructor", "open", "group", "created")
    readonly_fields = ("group", "created")
    autocomplete_fields = ("instructor",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return false: a course is created with its group on the page of courses."""
        return False

    def delete_model(self, request: HttpRequest, obj: Course) -> None:
        """Delete the group with the course."""
        delete_course(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Course]) -> None:
        """Delete the groups with the courses."""
        for course in queryset:
            delete_course(course)
