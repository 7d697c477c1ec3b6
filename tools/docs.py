"""Write docs/reference/{operations,settings,errors}.md from the code.

`python tools/docs.py --check` writes nothing and exits with 1 when a page on disk differs.
"""

import ast
import dataclasses
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import ostiary.app  # noqa: F401 - registers every operation
from ostiary.aws.errors import ServiceError
from ostiary.aws.operations import table
from ostiary.config import settings
from ostiary.config.secure_defaults import SECURE_DEFAULTS

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"


def main() -> int:
    """Write the pages, or compare them when `--check` is given; return the exit code."""
    check = "--check" in sys.argv[1:]
    pages = {
        "operations.md": operations_page(),
        "settings.md": settings_page(),
        "errors.md": errors_page(),
        "secure-defaults.md": secure_defaults_page(),
    }
    stale = [name for name, text in pages.items() if _text(REFERENCE / name) != text]
    for name in stale:
        print(f"{'differs' if check else 'wrote'}: docs/reference/{name}")
        if not check:
            (REFERENCE / name).write_text(pages[name])
    if check and stale:
        print("Run `make docs` and commit the result.")
    return 1 if check and stale else 0


def operations_page() -> str:
    """Return the table of every operation of every service: the module it is in, or absent."""
    services: dict[str, list[tuple[str, str | None]]] = {}
    for service, name, module in table():
        services.setdefault(service, []).append((name, module))
    lines = [
        "# Operations",
        "",
        "`ostiary operations` prints this table. An absent one answers `NotImplementedException`.",
        "",
    ]
    for service, rows in services.items():
        built = sum(module is not None for _, module in rows)
        lines += [f"## {service}: {built} of {len(rows)}", "", "| operation | where |", "| --- | --- |"]
        lines += [f"| {name} | {f'`{module}`' if module else 'absent'} |" for name, module in rows]
        lines.append("")
    return "\n".join(lines)


def settings_page() -> str:
    """Return the table of every setting: its name in a file and in the environment, its default, what it means."""
    lines = [
        "# Settings",
        "",
        "In a TOML file (`--config`, `OSTIARY_CONFIG`) under the first name, in the environment under the second;",
        "the environment wins over the file, a flag of `ostiary serve` over both. A name with `_FILE` behind it names",
        "a file that holds the value.",
        "",
        "| in the file | in the environment | default | meaning |",
        "| --- | --- | --- | --- |",
    ]
    meanings = dict(_meanings())
    for field in dataclasses.fields(settings.Settings):
        name, meaning = field.name, meanings.get(field.name, "")
        lines += [f"| `{name}` | `OSTIARY_{name.upper()}` | {_default(field)} | {meaning} |"]
    return "\n".join([*lines, ""])


def secure_defaults_page() -> str:
    """Return the table of what the setting `secure_defaults` turns on."""
    lines = [
        "# Secure defaults",
        "",
        "`ostiary serve --secure-defaults` (`secure_defaults = true`, `OSTIARY_SECURE_DEFAULTS=true`) turns on every",
        "hardening that the compatibility with Amazon Cognito leaves off. Without it nothing here is changed.",
        "",
        "- A default is for what is left out: a setting, a pool or a client that names a value has that value.",
        "- Rows about pools and clients count when these are made or changed (`Update…` sets back what it leaves out);",
        "  those that were there before stay as they are until then. Rows of the server count at once, for all.",
        "- Terraform sees what is filled in as a change, until the module says it too.",
        "",
        "| of | what | without | with it | what changes |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in SECURE_DEFAULTS:
        name = f"`{row.name}`" if row.of == "setting" else row.name
        lines.append(f"| {row.of} | {name} | {row.without} | {row.becomes} | {row.changes} |")
    left = (
        "It asks nobody for a second factor, protects no sign-in against unusual risk and shortens no token's life:",
        "`MfaConfiguration`, `AdvancedSecurityMode` (plan PLUS) and `AccessTokenValidity` are decisions about people.",
        "What pools can do [beyond Cognito](../guide/beyond-cognito.md) stays off too, but for the end of sign-ins.",
    )
    return "\n".join([*lines, "", *left, ""])


def errors_page() -> str:
    """Return the table of the errors that are common to all services."""
    lines = [
        "# Errors common to all services",
        "",
        "Errors of single operations are those of AWS's service model, with its names and HTTP statuses.",
        "",
        "| on JSON services | on Query and REST-XML services | status | meaning |",
        "| --- | --- | --- | --- |",
    ]
    for error in _common_errors():
        status = (
            str(error.status) if error.query_status in {0, error.status} else f"{error.status}, {error.query_status}"
        )
        meaning = " ".join((error.__doc__ or "").split())
        lines.append(f"| `{error.code}` | `{error.query_code or error.code}` | {status} | {meaning} |")
    return "\n".join([*lines, ""])


def _common_errors() -> list[type[ServiceError]]:
    return [error for error in ServiceError.__subclasses__() if error.__module__ == ServiceError.__module__]


def _meanings() -> Iterator[tuple[str, str]]:
    source = Path(settings.__file__).read_text()
    body = next(n.body for n in ast.parse(source).body if isinstance(n, ast.ClassDef) and n.name == "Settings")
    for field, doc in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(doc, ast.Expr) and isinstance(doc.value, ast.Constant):
            yield ast.unparse(field.target), " ".join(str(doc.value.value).split()).replace("|", "\\|")


def _default(field: "dataclasses.Field[Any]") -> str:
    if field.default_factory is not dataclasses.MISSING:
        return ""
    return "" if field.default == "" else f"`{field.default}`"


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
