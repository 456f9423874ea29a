from django.urls import path

from . import views

app_name = "lessons"
urlpatterns = [
    path("", views.lessons, name="lessons"),
    path("<slug:lesson>/", views.first_frame, name="lesson"),
    path("<slug:lesson>/<slug:frame>/", views.frame, name="frame"),
    path("<slug:lesson>/<slug:frame>/demo/<int:number>/", views.demo, name="demo"),
]
