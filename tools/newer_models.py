"""Say whether a newer botocore than the pinned one is published, and what its models add to the services of Ostiary.

`python -m tools.newer_models` asks the package index that pip uses, writes nothing into the checkout and exits with 1
when there is a newer one. It is not part of `make check`: what others publish must not turn a commit red.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.models import SERVICES, botocore_model, pinned_version

Json = Any


def main() -> int:
    """Compare the pinned version with the newest; return the exit code."""
    pinned, newest = pinned_version(), newest_version()
    if newest == pinned:
        print(f"botocore {pinned} is the newest.")
        return 0
    print(f"botocore {newest} is published; the models are of {pinned}.")
    with tempfile.TemporaryDirectory() as folder:
        _pip("install", "--no-deps", "--target", folder, f"botocore=={newest}")
        data = Path(folder) / "botocore" / "data"
        for service, version in SERVICES.items():
            for line in differences(botocore_model(service, version), botocore_model(service, version, data)):
                print(f"  {service}: {line}")
    print("CONTRIBUTING.md says how it is taken in.")
    return 1


def newest_version() -> str:
    """Return the newest version of botocore that the package index has."""
    wanted = ("--dry-run", "--no-deps", "--ignore-installed", "--report", "-", "botocore")
    report = json.loads(_pip("install", *wanted))
    return str(report["install"][0]["metadata"]["version"])


def differences(old: Json, new: Json) -> Iterator[str]:
    """Yield what `new` adds to or takes from a service's model: operations, and members and values of its shapes."""
    yield from _named("operation", old["operations"], new["operations"])
    for name in sorted(old["shapes"].keys() & new["shapes"].keys()):
        before, after = old["shapes"][name], new["shapes"][name]
        yield from _named(f"member of {name}", before.get("members", {}), after.get("members", {}))
        yield from _named(f"value of {name}", before.get("enum", ()), after.get("enum", ()))
        for bound in ("min", "max", "pattern"):
            if before.get(bound) != after.get(bound):
                yield f"{bound} of {name}: {before.get(bound)} is now {after.get(bound)}"


def _named(what: str, old: Json, new: Json) -> Iterator[str]:
    yield from (f"new {what}: {name}" for name in new if name not in old)
    yield from (f"{what} is gone: {name}" for name in old if name not in new)


def _pip(*arguments: str) -> str:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - words of ours


if __name__ == "__main__":
    sys.exit(main())
