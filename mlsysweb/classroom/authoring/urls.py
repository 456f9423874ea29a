from django.urls import path

from . import ask_views, edit_views, views

app_name = "mine"
urlpatterns = [
    path("", views.my_lessons, name="mine"),
    path("new/", views.new, name="new"),
    path("clone/", views.clone, name="clone"),
    path("ask/", ask_views.ask, name="ask"),
    path("import/", views.import_lesson, name="import"),
    path("<slug:id>/", edit_views.lesson, name="lesson"),
    path("<slug:id>/delete/", views.delete, name="delete"),
    path("<slug:id>/restore/", views.restore, name="restore"),
    path("<slug:id>/edit-link/", views.renew_edit_link, name="edit_link"),
    path("<slug:id>/open/<slug:key>/", views.open_edit_link, name="open"),
    path("<slug:id>/about/", edit_views.about, name="about"),
    path("<slug:id>/frames/", edit_views.arrange, name="arrange"),
    path("<slug:id>/<slug:frame>/", edit_views.frame, name="frame"),
]
