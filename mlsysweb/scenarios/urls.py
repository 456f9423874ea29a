from django.urls import path

from . import drifting, editing, mine, sharing, views

app_name = "scenarios"
urlpatterns = [
    path("", mine.mine, name="mine"),
    path("save/", views.save, name="save"),
    path("<slug:id>/", views.scenario, name="scenario"),
    path("<slug:id>/v/<int:number>/", views.scenario, name="version"),
    path("<slug:id>/v/<int:number>/drift/", drifting.side_by_side, name="drift"),
    path("<slug:id>/v/<int:number>/recompute/", drifting.recompute, name="recompute"),
    path("<slug:id>/edit/", editing.edit, name="edit"),
    path("<slug:id>/fork/", editing.fork, name="fork"),
    path("<slug:id>/change/", editing.change, name="change"),
    path("<slug:id>/delete/", editing.delete, name="delete"),
    path("<slug:id>/restore/", editing.restore, name="restore"),
    path("<slug:id>/qr/", sharing.qr, name="qr"),
    path("<slug:id>/preview.png", sharing.preview, name="preview"),
]
