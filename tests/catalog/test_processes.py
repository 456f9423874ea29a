"""Two processes on one database: an edit in one is visible in the other without a notification."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction

from catalog.models import Accelerator
from catalog.resolve import choices, find
from solvers import specs

pytestmark = [pytest.mark.usefixtures("catalog"), pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).parents[2]
# Answers each line on stdin: "ask" with the figure it reads, "edit" by editing it.
WORKER = """
import sys, django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from catalog.models import Accelerator
from catalog.resolve import choices, find
from solvers import specs
from django.core.signals import request_finished, request_started
for line in sys.stdin:
    if line.strip() == "edit":
        row = Accelerator.objects.get(slug="t4")
        row.tdp = 72.0
        row.save()
    request_started.send(None)
    print(find(specs.Accelerator, "t4", "it").spec.tdp, len(choices(specs.Accelerator)), flush=True)
    request_finished.send(None)
"""


@pytest.fixture
def other():
    """A second process that answers lines."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "mlsysweb.settings"}
    command = [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]]
    with subprocess.Popen(command, cwd=ROOT, env=env, stdin=-1, stdout=-1, text=True) as process:

        def ask(line="ask"):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            power, offered = process.stdout.readline().split()
            return float(power), int(offered)

        yield ask
        process.stdin.close()
        process.wait(10)


def here():
    return find(specs.Accelerator, "t4", "it").spec.tdp, len(choices(specs.Accelerator))


def test_what_one_process_edits_the_other_answers_with(other):
    assert here() == other() == (70.0, 158)
    Accelerator.objects.filter(slug="t4").update(tdp=71.0)
    assert here() == other() == (71.0, 158)
    assert other("edit") == here() == (72.0, 158)
    Accelerator.objects.filter(slug="rp2040").update(archived=True)
    Accelerator.objects.get(slug="himax-we1").delete()
    assert here() == other() == (72.0, 156)


def test_what_is_not_committed_is_answered_by_nobody_and_a_rollback_leaves_no_trace(other):
    assert here() == other() == (70.0, 158)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Accelerator.objects.filter(slug="t4").update(tdp=71.0)
        assert here() == (71.0, 158) and other() == (70.0, 158)
        raise ZeroDivisionError
    assert here() == other() == (70.0, 158)
