"""The package that is published: what is in it, what it says of itself, and what it is set up with."""

import re
import subprocess
import sys
import tomllib
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.fixtures.required import CHECKOUT

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
SOURCE = CHECKOUT / "src"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    """Build the wheel from this checkout."""
    folder: Path = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    return ZipFile(path)


def test_the_wheel_has_every_file_of_the_package_and_says_that_it_is_typed(wheel: ZipFile) -> None:
    files = {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "ostiary").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    packed = {name for name in wheel.namelist() if name.startswith("ostiary/")}
    assert packed == files
    assert "ostiary/py.typed" in packed
    assert {Path(name).suffix for name in packed} >= {".py", ".json", ".html"}


def test_the_wheel_names_its_licence_and_carries_it(wheel: ZipFile) -> None:
    folder = f"ostiary-{PROJECT['version']}.dist-info"
    metadata = message_from_string(wheel.read(f"{folder}/METADATA").decode())
    assert metadata["License-Expression"] == "Apache-2.0"
    for name in ("LICENSE", "NOTICE"):
        assert wheel.read(f"{folder}/licenses/{name}") == (CHECKOUT / name).read_bytes()
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])


def test_all_that_is_needed_is_set_up_in_one_version_with_its_hashes() -> None:
    locked = (CHECKOUT / "constraints" / "ostiary.txt").read_text()
    blocks = re.findall(r"^(\S+)==(\S+).*\\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", locked, re.MULTILINE)
    assert len(blocks) == len(re.findall(r"^\w", locked, re.MULTILINE))
    versions = {name: Version(version) for name, version, _ in blocks}
    needed = [
        *PROJECT["dependencies"],
        *(need for extra in PROJECT["optional-dependencies"].values() for need in extra),
    ]
    for need in map(Requirement, needed):
        assert need.name == "ostiary" or versions[need.name] in need.specifier, f"{need}: run `make lock`"


@pytest.mark.parametrize("name", ["ostiary.txt", "aws.txt"])
def test_the_locked_versions_name_no_place_to_get_them_from(name: str) -> None:
    locked = (CHECKOUT / "constraints" / name).read_text()
    assert not re.search(r"://|^--", locked, re.MULTILINE)


def test_the_changelog_begins_with_this_version_and_has_the_sections_that_are_usual() -> None:
    text = (CHECKOUT / "CHANGELOG.md").read_text()
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (?:unreleased|\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    assert versions[0] == PROJECT["version"]
    assert len(versions) == text.count("\n## ")
    assert versions == sorted(versions, key=Version, reverse=True)
    usual = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
    assert set(re.findall(r"^### (.*)$", text, re.MULTILINE)) <= usual
