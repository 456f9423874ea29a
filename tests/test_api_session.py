"""The documented session with the API runs against a served site, as a user would run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from mlsysweb.api.models import ApiToken
from mlsysweb.api.operation import Scope
from mlsysweb.saved.scenarios.models import Scenario

EXAMPLE = Path(__file__).parents[1] / "examples" / "api_session.py"


@pytest.mark.django_db(transaction=True)
def test_the_documented_session_saves_and_renames_the_best_of_a_sweep(live_server, catalog_restored):
    user = User.objects.create_user("ada")
    _, secret = ApiToken.make(user.pk, "session", tuple(Scope), 7)
    environment = os.environ | {"MLSYS_SITE": live_server.url, "MLSYS_TOKEN": secret}
    ran = subprocess.run([sys.executable, EXAMPLE], env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    first, second = ran.stdout.splitlines()
    assert first.startswith("h100-sxm5-80gb at batch 64: ") and second.startswith("Best of the sweep: ")
    kept = Scenario.objects.get()
    assert kept.owner == user and kept.visibility == "private" and [tag.name for tag in kept.tags.all()] == ["homework"]


@pytest.mark.django_db(transaction=True)
def test_the_python_of_every_example_that_changes_nothing_runs(live_server, catalog_restored, client):
    from mlsysweb.api.operations.all import OPERATIONS

    for operation in OPERATIONS:
        if operation.owned or "{id}" in operation.path:
            continue
        page = client.get(f"/api/reference/{operation.name}/").context["page"]
        code = page.python.replace("http://testserver", live_server.url)
        found = {}
        exec(compile(code, operation.name, "exec"), found)
        assert found["answer"], operation.name
