from django.urls import include, path

from . import views

app_name = "lessons"
urlpatterns = [
    path("", views.lessons, name="lessons"),
    path("mine/", include("mlsysweb.classroom.authoring.urls")),
    path("<slug:lesson>/lesson.toml", views.export, {"kind": "toml"}, name="toml"),
    path("<slug:lesson>/lesson.json", views.export, {"kind": "json"}, name="json"),
    path("<slug:lesson>/", views.first_frame, name="lesson"),
    path("<slug:lesson>/<slug:frame>/", views.frame, name="frame"),
    path("<slug:lesson>/<slug:frame>/demo/<int:number>/", views.demo, name="demo"),
]
