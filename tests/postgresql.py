"""PostgreSQL for the tests; `python tests/postgresql.py` installs it where there is none, and with a command runs that
with `DATABASE_URL` set to a new server: `python tests/postgresql.py pytest tests/catalog`.

Up to Python 3.12 it is a package, pgserver. Later it is the machine's, which refuses to run as root: there another user
runs it."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

MISSING = """\
The tests need PostgreSQL, and there is none here. Install it (Debian: apt-get install postgresql), or take Python 3.11
or 3.12, for which it is a package: rm -r .venv; make PYTHON=python3.12 test"""


def programs() -> Path | None:
    """The folder of the machine's initdb and pg_ctl, of the newest version, else None. Debian has them in no path."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    return max((path.parent for path in folders), key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server with an empty database that lives as long as this does. Raises RuntimeError where
    there is none to start."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:  # short: a socket has little room for its name
        if find_spec("pgserver"):
            import pgserver

            server = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
            try:
                yield f"postgresql://postgres@/postgres?host={folder}/data"
            finally:
                server.cleanup()
        else:
            yield from _of_the_machine(folder)


def _of_the_machine(folder: str) -> Iterator[str]:
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError(MISSING)
    own = _another_user(folder) if os.geteuid() == 0 else {}
    data, options = f"{folder}/data", f"-k {folder} -c listen_addresses="

    def run(program: str, *arguments: str) -> None:
        command = [bin_folder / program, "-D", data, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=folder, **own)

    run("initdb", "-U", "postgres", "--auth=trust")
    run("pg_ctl", "start", "--wait", "-l", f"{folder}/log", "-o", options)
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        run("pg_ctl", "stop", "--wait", "-m", "immediate")


def _another_user(folder: str) -> dict[str, object]:
    """The user that root runs PostgreSQL as, which the folder is given to."""
    users = {user.pw_name: user for user in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def install() -> None:
    if shutil.which("apt-get") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update", "-qq"])
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "postgresql"])


if __name__ == "__main__":
    if not find_spec("pgserver") and programs() is None:
        install()
        if programs() is None:
            sys.exit(MISSING)
    if sys.argv[1:]:
        with postgresql() as url:
            command = [sys.executable, "-m", *sys.argv[1:]]
            sys.exit(subprocess.run(command, env=os.environ | {"DATABASE_URL": url}, check=False).returncode)
