"""The URLs of the site with those of LTI, as `MLSYSWEB_LTI=1` has them."""

from django.urls import include, path

from mlsysweb.urls import handler500, urlpatterns

__all__ = ["handler500"]

urlpatterns = [path("lti/", include("mlsysweb.lti.urls")), *urlpatterns]
