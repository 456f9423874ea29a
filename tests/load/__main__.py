from __future__ import annotations

import sys
import tempfile
import threading
import time
from http.client import HTTPException
from pathlib import Path

import django

from tests.postgresql import postgresql
from tests.served import Site

from .classroom import hold_class
from .sliders import move_sliders
from .times import times

# Saves per second, number of writers, duration, and number of readers without pause.
RATE, WRITERS, SECONDS, READERS = 50, 16, 60, 2
READ = ("/walls/roofline/?batch_size=8", "/walls/serving/", "/geography/", "/s/")


def load(site: Site, seconds: int) -> str:
    saves: list[float] = []
    reads: list[float] = []
    saved: list[str] = []
    failed: list[str] = []
    start = time.monotonic()
    end = start + seconds

    def write(k: int) -> None:
        turn = start + k / RATE
        while turn < end:
            time.sleep(max(0.0, turn - time.monotonic()))
            begun = time.monotonic()
            try:
                saved.append(site.save(f"/walls/roofline/?batch_size={k + 1}"))
                saves.append(time.monotonic() - begun)
            except (OSError, HTTPException) as error:
                failed.append(str(error))
            turn += WRITERS / RATE

    def read(k: int) -> None:
        while time.monotonic() < end:
            begun = time.monotonic()
            try:
                status, _ = site.get(READ[(k + len(reads)) % len(READ)])
                reads.append(time.monotonic() - begun)
                if status != 200:
                    failed.append(f"read {status}")
            except (OSError, HTTPException) as error:
                failed.append(str(error))

    threads = [threading.Thread(target=write, args=(k,)) for k in range(WRITERS)]
    threads += [threading.Thread(target=read, args=(k,)) for k in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.monotonic() - start
    lost = set(saved) - site.saved()
    return (
        f"{len(saved):,} saves in {spent:.0f} s ({len(saved) / spent:.1f}/s; {times(saves)}) beside {len(reads):,} "
        f"pages read ({len(reads) / spent:.1f}/s; {times(reads)}); lost {len(lost)}, failed {len(failed)}"
        f"{': ' + failed[0] if failed else ''}"
    )


def main(seconds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(f"sqlite:///{Path(folder) / 'db.sqlite3'}")
        print("SQLite:", load(site, seconds), flush=True)
        print("Sliders on SQLite:", move_sliders(site, seconds // 2), flush=True)
        print("A class on SQLite:", hold_class(site, questions=max(1, seconds // 60)), flush=True)
        site.kill()
    with postgresql() as url:
        site = Site(url)
        print("PostgreSQL:", load(site, seconds), flush=True)
        print("Sliders on PostgreSQL:", move_sliders(site, seconds // 2), flush=True)
        print("A class on PostgreSQL:", hold_class(site, questions=max(1, seconds // 60)), flush=True)
        site.kill()


django.setup()
main(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
