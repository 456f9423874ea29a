"""`pip install .`: the solvers alone, for a notebook."""

import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.test_readme import BLOCKS

ROOT = Path(__file__).parents[1]
SOURCES = {str(path.relative_to(ROOT)) for path in (ROOT / "solvers").rglob("*.py")}


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.iterdir()
    return built


def needed(name, found):
    """Return the distributions that a requirement installs, by name."""
    if name not in found:
        found[name] = distribution(name)
        for line in found[name].requires or ():
            requirement = Requirement(line)
            if not requirement.marker or requirement.marker.evaluate({"extra": ""}):
                needed(requirement.name, found)
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """Create a folder with only the wheel and links to its requirements."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-deps", "--no-index", "--target", folder, wheel)
    (package,) = (path.name.split("-")[0] for path in folder.glob("*.dist-info"))
    requires = (folder / next(folder.glob("*.dist-info")) / "METADATA").read_text()
    assert package == "mlsysweb"
    for line in requires.split("\n\n")[0].splitlines():
        if line.startswith("Requires-Dist: "):
            for each in needed(Requirement(line.removeprefix("Requires-Dist: ")).name, {}).values():
                for top in {file.parts[0] for file in each.files} - {"..", "__pycache__"}:
                    if not (folder / top).exists():
                        (folder / top).symlink_to(each.locate_file(top))
    return folder


def run(folder, code):
    """Run code with this folder, and no other package, on the path."""
    alone = f"import sys; sys.path.insert(0, {str(folder)!r})\n{code}"
    return subprocess.run([sys.executable, "-I", "-S", "-c", alone], capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_solvers_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    package = {name for name in names if ".dist-info/" not in name}
    assert {name for name in package if name.endswith(".py")} == SOURCES
    assert "solvers/py.typed" in package
    assert all(name.startswith("solvers/") for name in package)


def test_the_wheel_holds_its_licence_and_what_it_needs(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = opened.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        needs = [line for line in opened.read(metadata).decode().splitlines() if line.startswith("Requires-Dist: ")]
    requirements = [Requirement(line.removeprefix("Requires-Dist: ")) for line in needs]
    assert {each.name: str(each.marker or "") for each in requirements} == {
        "numpy": "",
        "pint": "",
        "scipy": 'extra == "uncertainty"',
    }
    assert {Path(name).name for name in names} >= {"LICENSE", "NOTICE"}


def test_installed_alone_it_answers_what_readme_asks(installed):
    ran = run(installed, BLOCKS[0] + "\nprint(solvers.__file__)".replace("solvers", "sys.modules['solvers']"))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines()[-1].startswith(str(installed))


def test_installed_alone_it_has_no_django(installed):
    assert "No module named 'django'" in run(installed, "import django").stderr
