import hashlib
import re
from pathlib import Path

import pytest

VENDOR = Path(__file__).parent.parent / "static" / "vendor"
LISTED = {
    name: (checksum, int(size))
    for name, checksum, size in re.findall(
        r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \| (\d+) \|", (VENDOR / "README.md").read_text(), re.MULTILINE
    )
}
SERVED = {
    str(file.relative_to(VENDOR)) for file in VENDOR.rglob("*") if file.suffix not in {".md", ".cjs"} and file.is_file()
}


def test_every_vendored_file_is_listed():
    assert {name for name in SERVED if not name.endswith("LICENSE")} == set(LISTED)


@pytest.mark.parametrize("name", LISTED)
def test_vendored_file_is_the_one_listed(name):
    content = (VENDOR / name).read_bytes()
    assert (hashlib.sha256(content).hexdigest(), len(content)) == LISTED[name]


@pytest.mark.parametrize("folder", sorted({name.split("/")[0] for name in LISTED}))
def test_licence_lies_beside(folder):
    assert (VENDOR / folder / "LICENSE").stat().st_size > 500
