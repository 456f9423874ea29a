"""Requirements: every version is pinned with its hashes, and no package slows the start of the site or needs an
extra."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INPUTS = sorted(path.stem for path in ROOT.glob("requirements*.in"))
ASKED = re.compile(r"^([A-Za-z0-9_-]+)(?:\[[^]]*\])?==(\S+)", re.M)
LOCKED = re.compile(r"^([a-z0-9-]+)==([^ ]+)[^\\\n]*((?:\\\n +--hash=sha256:[0-9a-f]{64} ?)*)", re.M)


def locked(name):
    """Return the packages of a lock file, each with its version and the number of its hashes."""
    text = (ROOT / f"{name}.txt").read_text()
    return {package: (version, hashes.count("--hash")) for package, version, hashes in LOCKED.findall(text)}


@pytest.mark.parametrize("name", INPUTS)
def test_the_lock_has_what_its_input_asks_for(name):
    asked = ASKED.findall((ROOT / f"{name}.in").read_text())
    found = locked(name)
    assert asked
    assert {package: found[package.lower().replace("_", "-")][0] for package, _ in asked} == dict(asked)


@pytest.mark.parametrize("name", INPUTS)
def test_every_package_of_a_lock_has_hashes_and_no_host_is_named(name):
    text = (ROOT / f"{name}.txt").read_text()
    lines = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert len(lines) == len(locked(name)) and all(hashes for _, hashes in locked(name).values())
    assert "://" not in text


def test_no_package_has_two_versions():
    seen = {}
    for name in INPUTS:
        for package, (version, _) in locked(name).items():
            assert seen.setdefault(package, version) == version


def test_the_site_starts_without_what_only_an_export_an_import_or_a_sample_needs():
    heavy = {"pyarrow", "jsonschema", "scipy.stats"}  # pint imports the name scipy alone
    code = f"import django; django.setup(); import sys, mlsysweb.urls; print(*{heavy} & set(sys.modules))"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "mlsysweb.settings"}
    started = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (started.returncode, started.stdout.strip()) == (0, "")
