"""A Python interpreter without the site, for testing exports."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

# Runs several programs in separate namespaces: starting Python and importing NumPy takes longer than any of them.
LOOP = """
import contextlib, io, json, sys, traceback
for line in sys.stdin:
    printed, error = io.StringIO(), ""
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(json.loads(line).encode(), "again.py", "exec"), {"__name__": "__main__"})
    except BaseException:
        error = traceback.format_exc()
    print(json.dumps([printed.getvalue(), error, "django" in sys.modules]), flush=True)
"""


@pytest.fixture(scope="session")
def plain_python():
    """Return a function that runs a program with `solvers` but without the site, and returns its output."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(settings.BASE_DIR)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", LOOP], env=env, **pipes) as process:

        def run(code):
            process.stdin.write(json.dumps(code) + "\n")
            process.stdin.flush()
            printed, error, django = json.loads(process.stdout.readline())
            assert not error, error[-2000:] + code
            assert not django, code
            return printed

        yield run
        process.stdin.close()
