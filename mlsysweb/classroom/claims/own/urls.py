from django.urls import path

from . import views

app_name = "mine"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("new/", views.new, name="new"),
    path("<slug:id>/", views.claim, name="claim"),
    path("<slug:id>/edit/", views.edit, name="edit"),
    path("<slug:id>/share/", views.share, name="share"),
    path("<slug:id>/delete/", views.delete, name="delete"),
    path("<slug:id>/restore/", views.restore, name="restore"),
]
