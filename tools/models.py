"""Refresh the AWS service models and the types generated from them.

`python tools/models.py` copies the models of the services Ostiary speaks out of the installed botocore (a pinned
development dependency), strips their prose and writes `aws/models/<service>.json` and `aws/types/<service>.py`.
`python tools/models.py --check` writes nothing and exits with 1 when a file on disk differs.
"""

import gzip
import json
import keyword
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore

SERVICES = {
    "cognito-idp": "2016-04-18",
    "cognito-identity": "2014-06-30",
    "cognito-sync": "2014-06-30",
    "sts": "2011-06-15",
    "iam": "2010-05-08",
    "sns": "2010-03-31",
}
CHECKOUT = Path(__file__).parent.parent
AWS = CHECKOUT / "src" / "ostiary" / "aws"
PROSE = {"documentation", "documentationUrl", "deprecatedMessage", "deprecatedSince", "endpointdiscovery"}
SCALARS = {
    "string": "str",
    "character": "str",
    "integer": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "bigdecimal": "float",
    "boolean": "bool",
    "blob": "bytes",
    "timestamp": "float",
}
BEYOND_AWS = {
    ("cognito-sync", "Platform"): ["WEBPUSH"],
    # AWS takes this one too; the model names it in the prose of GetClientToken only.
    ("cognito-idp", "ExplicitAuthFlowsType"): ["ALLOW_CLIENT_TOKEN_AUTH"],
}
"""What Ostiary takes besides the values that AWS enumerates, by service and shape."""
Json = Any


def main() -> int:
    """Write both files of every service, or compare them when `--check` is given; return the exit code."""
    check = "--check" in sys.argv[1:]
    if botocore.__version__ != pinned_version():
        print(f"botocore {botocore.__version__} is installed, but {pinned_version()} is pinned: set up .venv again.")
        return 1
    stale = [path for path, text in generated_files() if _differs(path, text, write=not check)]
    for path in stale:
        print(f"{'differs' if check else 'wrote'}: {path.relative_to(AWS)}")
    if check and stale:
        print("Run `make models` and commit the result.")
    return 1 if check and stale else 0


def pinned_version() -> str:
    """Return the version of botocore whose models are the record: what pyproject.toml pins."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    [pin] = [need for need in project["optional-dependencies"]["demo"] if need.startswith("botocore==")]
    return str(pin.removeprefix("botocore=="))


def botocore_model(service: str, version: str, data: Path = Path(botocore.__file__).parent / "data") -> Json:
    """Return a service's model out of a folder of botocore's data; the installed one's, when none is given."""
    return json.loads(gzip.decompress((data / service / version / "service-2.json.gz").read_bytes()))


def generated_files() -> Iterator[tuple[Path, str]]:
    """Yield (path, contents) of every generated file."""
    for service, version in SERVICES.items():
        model = stripped(botocore_model(service, version))
        for (extended, name), values in BEYOND_AWS.items():
            if extended == service:
                model["shapes"][name]["enum"] += values
        yield AWS / "models" / f"{service}.json", json.dumps(model, separators=(",", ":"), sort_keys=True) + "\n"
        yield AWS / "types" / f"{service.replace('-', '_')}.py", types_module(service, model)


def stripped(value: Json, parent: str = "") -> Json:
    """Return `value` without documentation; a member that happens to be *named* documentation stays."""
    if isinstance(value, dict):
        named = parent in {"members", "shapes", "operations"}
        return {k: stripped(v, k) for k, v in value.items() if named or k not in PROSE}
    if isinstance(value, list):
        return [stripped(item) for item in value]
    return value


def types_module(service: str, model: Json) -> str:
    """Return the source of `aws/types/<service>.py`."""
    shapes = model["shapes"]
    used = _reachable(model)
    errors = sorted(name for name in used if shapes[name].get("exception"))
    enums = sorted(name for name in used if "enum" in shapes[name])
    structures = sorted(name for name in used if shapes[name]["type"] == "structure" and name not in errors)
    body = [
        f'"""Types of the {service} service, generated from its model by tools/models.py. Do not edit."""\n',
        "from __future__ import annotations\n",
        "from typing import ClassVar, Literal, NotRequired, TypedDict\n",
        "from ostiary.aws.errors import ServiceError\n",
    ]
    body += [f"{name} = Literal[{', '.join(json.dumps(v) for v in shapes[name]['enum'])}]\n" for name in enums]
    body += [_structure(name, shapes) for name in structures]
    body += [_error(name, shapes[name]) for name in errors]
    return "\n".join(body)


def _reachable(model: Json) -> set[str]:
    shapes, found = model["shapes"], set[str]()
    pending = [
        ref["shape"]
        for op in model["operations"].values()
        for ref in [op.get("input"), op.get("output"), *op.get("errors", [])]
        if ref
    ]
    while pending:
        name = pending.pop()
        if name in found:
            continue
        found.add(name)
        shape = shapes[name]
        refs = [*shape.get("members", {}).values(), shape.get("member"), shape.get("key"), shape.get("value")]
        pending += [ref["shape"] for ref in refs if ref]
    return found


def _annotation(name: str, shapes: Json) -> str:
    shape = shapes[name]
    match shape["type"]:
        case "structure":
            return name
        case "list":
            return f"list[{_annotation(shape['member']['shape'], shapes)}]"
        case "map":
            return f"dict[{_annotation(shape['key']['shape'], shapes)}, {_annotation(shape['value']['shape'], shapes)}]"
        case _ if "enum" in shape:
            return name
        case scalar:
            return SCALARS[scalar]


def _structure(name: str, shapes: Json) -> str:
    shape = shapes[name]
    required = set(shape.get("required", []))
    members = {
        member: annotation if member in required else f"NotRequired[{annotation}]"
        for member, ref in shape["members"].items()
        for annotation in [_annotation(ref["shape"], shapes)]
    }
    # A member that is called like a type would hide the type inside a class body.
    if any(member in shapes or keyword.iskeyword(member) for member in members):
        fields = "".join(f"    {json.dumps(member)}: {json.dumps(note)},\n" for member, note in members.items())
        return f"{name} = TypedDict({json.dumps(name)}, {{\n{fields}}})\n\n"
    return (
        f"class {name}(TypedDict):\n" + ("".join(f"    {m}: {a}\n" for m, a in members.items()) or "    pass\n") + "\n"
    )


def _error(name: str, shape: Json) -> str:
    error = shape.get("error", {})
    status = error.get("httpStatusCode", 500 if shape.get("fault") else 400)
    return (
        f"class {name}(ServiceError):\n"
        f"    code: ClassVar[str] = {json.dumps(error.get('code', name))}\n"
        f"    status: ClassVar[int] = {status}\n\n"
    )


def _differs(path: Path, text: str, *, write: bool) -> bool:
    if path.exists() and path.read_text() == text:
        return False
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return True


if __name__ == "__main__":
    sys.exit(main())
