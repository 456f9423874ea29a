"""The context of every template is a page, a frozen dataclass declared beside its view, and a form where the page has
one."""

import dataclasses

import pytest
from django.template.backends.django import Template

from mlsysweb.api.page import OperationPage, ReferencePage, TokensPage
from mlsysweb.api.token_views import TokenForm
from mlsysweb.classroom.authoring.page import AskPage, LessonImportPage, MyLessonsPage
from mlsysweb.classroom.claims.own.page import ClaimFormPage, MyClaimsPage
from mlsysweb.classroom.claims.page import ClaimsPage
from mlsysweb.classroom.lessons.page import FramePage, LessonsPage
from mlsysweb.classroom.live.page import HostedPage, JoinPage
from mlsysweb.explore.show.page import DesignSpacePage, SpaceForm
from mlsysweb.pages.about.page import AboutPage, PrivacyPage
from mlsysweb.pages.accuracy.page import AccuracyPage
from mlsysweb.pages.accuracy.taught.page import MeasuredLessonsPage
from mlsysweb.pages.calibrate.page import CalibrateForm, CalibratePage
from mlsysweb.pages.capstone.page import CapstonePage
from mlsysweb.pages.catalog.page import OverviewPage, RowPage, TableForm, TablePage
from mlsysweb.pages.fallacies.page import FallaciesPage
from mlsysweb.pages.geography.page import GeographyPage
from mlsysweb.pages.glossary.page import GlossaryPage
from mlsysweb.pages.hardware_match.page import HardwareMatchPage
from mlsysweb.pages.home.page import HomePage
from mlsysweb.pages.model_config.page import ConfigPage
from mlsysweb.pages.pipelines.page import PipelinePage
from mlsysweb.pages.poster.page import PosterPage
from mlsysweb.pages.sensitivity.page import SensitivityPage
from mlsysweb.pages.serving_cost.page import ServingCostPage
from mlsysweb.pages.spectrum.page import SpectrumPage
from mlsysweb.pages.system.page import IronLawPage, SystemPage
from mlsysweb.pages.uncertainty.page import UncertaintyForm, UncertaintyPage
from mlsysweb.pages.walls.page import WallPage
from mlsysweb.saved.compare.page import ComparePage
from mlsysweb.saved.exports.page import ImportPage, PrintPage
from mlsysweb.saved.scenarios.forms import ScenarioForm
from mlsysweb.saved.scenarios.page import DriftPage, ListPage, QrPage, SavedPage
from mlsysweb.show.forms.page import Form
from tests.browser.pages import pages

pytestmark = pytest.mark.usefixtures("catalog")

# Types of the context by path, with {id} for the id of a scenario. `presets` belong to no form.
GIVEN = {
    "/": {"page": HomePage, "form": Form},
    "/walls/roofline/": {"page": WallPage, "form": Form},
    "/system/": {"page": SystemPage, "form": Form},
    "/system/iron-law/": {"page": IronLawPage, "form": Form},
    "/geography/": {"page": GeographyPage, "form": Form},
    "/spectrum/": {"page": SpectrumPage, "form": Form},
    "/pipeline/": {"page": PipelinePage, "form": Form},
    "/hardware-match/": {"page": HardwareMatchPage, "form": Form, "presets": list},
    "/capstone/": {"page": CapstonePage, "form": Form},
    "/serving-cost/": {"page": ServingCostPage, "form": Form},
    "/uncertainty/": {"page": UncertaintyPage, "form": UncertaintyForm, "presets": list},
    "/calibrate/": {"page": CalibratePage, "form": CalibrateForm, "presets": list},
    "/explore/": {"page": DesignSpacePage, "form": SpaceForm, "presets": list},
    "/fallacies/": {"page": FallaciesPage},
    "/claims/": {"page": ClaimsPage},
    "/claims/mine/": {"page": MyClaimsPage},
    "/claims/mine/new/": {"page": ClaimFormPage},
    "/accuracy/": {"page": AccuracyPage},
    "/accuracy/lessons/": {"page": MeasuredLessonsPage},
    "/catalog/": {"page": OverviewPage},
    "/catalog/from-config/": {"page": ConfigPage},
    "/catalog/accelerators/": {"page": TablePage, "form": TableForm},
    "/catalog/accelerators/h100-sxm5-80gb/": {"page": RowPage},
    "/glossary/": {"page": GlossaryPage},
    "/about/": {"page": AboutPage},
    "/about/privacy/": {"page": PrivacyPage},
    "/api/": {"page": ReferencePage},
    "/api/reference/solve/": {"page": OperationPage},
    "/poster/": {"page": PosterPage},
    "/sensitivity/roofline/": {"page": SensitivityPage},
    "/lessons/": {"page": LessonsPage},
    "/lessons/economics/key-question/": {"page": FramePage},
    "/lessons/mine/": {"page": MyLessonsPage},
    "/lessons/mine/ask/": {"page": AskPage},
    "/lessons/mine/import/": {"page": LessonImportPage},
    "/class/": {"page": JoinPage},
    "/class/mine/": {"page": HostedPage},
    "/s/": {"page": ListPage},
    "/s/import/": {"page": ImportPage},
    "/s/compare/": {"page": ComparePage},
    "/s/compare/?of={id}": {"page": ComparePage},
    "/s/{id}/": {"page": SavedPage, "form": ScenarioForm},
    "/s/{id}/qr/": {"page": QrPage},
    "/s/{id}/v/1/drift/": {"page": DriftPage},
    "/s/{id}/print/": {"page": PrintPage},
    "/s/{id}/embed/": {"page": PrintPage},
}
# The context of fragments: `result` is a wall's answer, which a saved page shows with the same template; `view` is the
# entry of the registry for the title, which a whole page has from a context processor.
UPDATES = {"page", "form", "result", "view"}


@pytest.fixture
def given(monkeypatch):
    """Record the names and values of each template's context, in order."""
    seen, render = [], Template.render

    def recorded(self, context=None, request=None):
        seen.append(dict(context or {}))
        return render(self, context, request)

    monkeypatch.setattr(Template, "render", recorded)
    return seen


def opened(client, path):
    link = client.post("/s/save/", {"page": "/walls/roofline/"})["Location"] if "{id}" in path else "//"
    return path.format(id=link.split("/")[2])


@pytest.mark.parametrize("path", GIVEN)
def test_a_page_is_given_what_it_declares_and_nothing_else(client, given, path):
    address = opened(client, path)
    given.clear()
    assert client.get(address).status_code in (200, 422)
    assert {name: type(value) for name, value in given[0].items()} == GIVEN[path]
    declared = type(given[0]["page"])
    assert dataclasses.is_dataclass(declared) and declared.__dataclass_params__.frozen


@pytest.mark.parametrize("path", [path for path in GIVEN if "form" in GIVEN[path] and "{id}" not in path])
def test_an_update_is_drawn_from_the_same(client, given, path):
    assert client.get(path, headers={"HX-Request": "true"}).status_code == 200
    assert given and set().union(*given) <= UPDATES


def test_the_page_of_tokens_is_given_what_it_declares(admin_client, given):
    admin_client.get("/accounts/tokens/")
    assert {name: type(value) for name, value in given[0].items()} == {"page": TokensPage, "form": TokenForm}


def test_every_page_of_the_site_is_here(client):
    ours = [path for path in pages(client) if not path.startswith(("/walls/", "/accounts/"))]
    assert set(ours) <= set(GIVEN)
