from django.urls import path

from . import launch_views, views

app_name = "lti"
urlpatterns = [
    path("keys/", launch_views.keys, name="keys"),
    path("login/", launch_views.login, name="login"),
    path("launch/", launch_views.launch, name="launch"),
    path("proceed/<str:ticket>/", launch_views.proceed, name="proceed"),
    path("choose/", views.choose, name="choose"),
    path("link/<int:id>/", views.link, name="link"),
    path("link/<int:id>/start/", views.start, name="start"),
    path("link/<int:id>/grades/", views.grades, name="grades"),
]
