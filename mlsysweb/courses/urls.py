from django.urls import path

from . import account_views, calibration_views, catalog_history_views, catalog_views, join_views, views

app_name = "courses"
urlpatterns = [
    path("", views.courses, name="courses"),
    path("account/delete/", account_views.delete_account, name="delete_account"),
    path("join/<str:key>/", join_views.join, name="join"),
    path("join/<str:key>/register/", join_views.register, name="register"),
    path("<int:id>/", views.course, name="course"),
    path("<int:id>/remove/", views.remove, name="remove"),
    path("<int:id>/link/", views.rotate, name="rotate"),
    path("<int:id>/open/", views.set_open_or_closed, name="open"),
    path("<int:id>/delete/", views.delete, name="delete"),
    path("<int:id>/leave/", views.leave, name="leave"),
    path("<int:id>/calibration/", calibration_views.keep_course_calibration, name="calibration"),
    path("<int:id>/catalog/", catalog_views.course_catalog, name="catalog"),
    path("<int:id>/catalog/<slug:table>/add/", catalog_views.add_course_row, name="catalog_add"),
    path("<int:id>/catalog/<slug:table>/shown/", catalog_history_views.shown_rows, name="catalog_shown"),
    path("<int:id>/catalog/<slug:table>/<str:slug>/", catalog_views.edit_course_row, name="catalog_row"),
    path("<int:id>/catalog/<slug:table>/<str:slug>/remove/", catalog_views.remove_course_row, name="catalog_remove"),
    path(
        "<int:id>/catalog/<slug:table>/<str:slug>/history/", catalog_history_views.row_history, name="catalog_history"
    ),
    path(
        "<int:id>/catalog/<slug:table>/<str:slug>/restore/<int:revision>/",
        catalog_history_views.restore_version,
        name="catalog_restore",
    ),
]
