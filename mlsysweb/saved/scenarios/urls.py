from django.urls import path

from . import calibration_views, drift_views, edit_views, list_views, share_views, views

app_name = "scenarios"
urlpatterns = [
    path("", list_views.my_scenarios, name="mine"),
    path("save/", views.save, name="save"),
    path("calibration/", calibration_views.choose_calibration, name="calibration"),
    path("<slug:id>/", views.scenario, name="scenario"),
    path("<slug:id>/v/<int:number>/", views.scenario, name="version"),
    path("<slug:id>/v/<int:number>/drift/", drift_views.side_by_side, name="drift"),
    path("<slug:id>/v/<int:number>/recompute/", drift_views.recompute, name="recompute"),
    path("<slug:id>/edit/", edit_views.edit, name="edit"),
    path("<slug:id>/fork/", edit_views.fork, name="fork"),
    path("<slug:id>/change/", edit_views.change, name="change"),
    path("<slug:id>/delete/", edit_views.delete, name="delete"),
    path("<slug:id>/restore/", edit_views.restore, name="restore"),
    path("<slug:id>/qr/", share_views.qr, name="qr"),
    path("<slug:id>/preview.png", share_views.preview, name="preview"),
]
