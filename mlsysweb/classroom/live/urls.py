from django.urls import path, register_converter

from mlsysweb.classroom.models import CODE_LENGTH, CODE_LETTERS

from . import hand_in_views, host_views, student_views
from .gallery import views as gallery_views


class CodeConverter:
    """The code of a session, in capitals or small letters."""

    regex = f"[{CODE_LETTERS}{CODE_LETTERS.lower()}]{{{CODE_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value.upper()

    def to_url(self, value: str) -> str:
        return value


class KeyConverter:
    """A secret key of a link."""

    regex = r"[-\w]{20,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CodeConverter, "code")
register_converter(KeyConverter, "key")

app_name = "live"
urlpatterns = [
    path("", student_views.find, name="find"),
    path("start/", host_views.start, name="start"),
    path("mine/", host_views.hosted, name="hosted"),
    path("host/<key:key>/", host_views.host, name="host"),
    path("host/<key:key>/move/", host_views.move, name="move"),
    path("host/<key:key>/finish/", host_views.finish, name="finish"),
    path("host/<key:key>/end/", host_views.end, name="end"),
    path("host/<key:key>/delete/", host_views.delete, name="delete"),
    path("host/<key:key>/results/", host_views.results, name="results"),
    path("host/<key:key>/results.csv", host_views.results_csv, name="results_csv"),
    path("host/<key:key>/gallery/", gallery_views.settings, name="gallery"),
    path("host/<key:key>/gallery/hide/", gallery_views.hide_entry, name="hide"),
    path("<code:code>/", student_views.student, name="student"),
    path("<code:code>/join/", student_views.join_session, name="join"),
    path("<code:code>/screen/", student_views.screen_update, name="screen"),
    path("<code:code>/answer/", student_views.answer, name="answer"),
    path("<code:code>/hand-in/", hand_in_views.submit, name="hand_in"),
    path("<code:code>/save-and-hand-in/", hand_in_views.save_and_hand_in, name="save_and_hand_in"),
    path("<code:code>/vote/", gallery_views.send_vote, name="vote"),
    path("<code:code>/journey/", student_views.own_journey, name="journey"),
    path("<code:code>/earlier/", student_views.earlier, name="earlier"),
    path("<code:code>/leave/", student_views.leave, name="leave"),
    path("<code:code>/me/<key:key>/", student_views.personal, name="personal"),
    path("<code:code>/projector/", host_views.projector, name="projector"),
    path("<code:code>/demo/<int:number>/", student_views.demo, name="demo"),
]
