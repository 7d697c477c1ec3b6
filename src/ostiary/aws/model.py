"""AWS's service models, linked: operations, shapes and their traits. Loaded once per process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

SERVICES = ("cognito-idp", "cognito-identity", "cognito-sync", "sts", "iam", "sns")

Json = Mapping[str, Any]
OUTSIDE = frozenset({"header", "headers", "statusCode"})
"""Where members of an answer travel that are not in its body."""
ShapeType = Literal[
    "structure",
    "list",
    "map",
    "string",
    "character",
    "integer",
    "long",
    "float",
    "double",
    "boolean",
    "blob",
    "timestamp",
]


@dataclass(slots=True, eq=False)
class Shape:
    """A type of the model. Recursive models make cycles of these."""

    name: str
    type: ShapeType
    traits: Json
    members: dict[str, "Member"] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    item: "Member | None" = None
    """What a list holds, or the values of a map."""
    key: "Member | None" = None
    payload: str = ""
    """The member that is the whole body, on REST services."""

    @property
    def document(self) -> bool:
        """Whether any JSON value may stand here."""
        return bool(self.traits.get("document"))

    @property
    def enum(self) -> tuple[str, ...]:
        """The values a text may have; none when it is free."""
        return tuple(self.traits.get("enum", ()))

    @property
    def sensitive(self) -> bool:
        """Whether error texts must not repeat the value."""
        return bool(self.traits.get("sensitive"))


@dataclass(slots=True, eq=False)
class Member:
    """A use of a shape: in a structure, a list or a map. Its traits go before the shape's."""

    name: str
    shape: Shape
    traits: Json

    def trait(self, name: str, default: Any = None) -> Any:
        """Return a trait of this use, or of its shape."""
        return self.traits.get(name, self.shape.traits.get(name, default))

    @property
    def wire_name(self) -> str:
        """What it is called in a body."""
        return str(self.traits.get("locationName", self.name))

    @property
    def location(self) -> str:
        """Where it is sent on REST services: uri, querystring, header, headers, statusCode; empty for the body."""
        return str(self.traits.get("location", ""))

    @property
    def flattened(self) -> bool:
        """Whether a list or map has no wrapping element."""
        return bool(self.trait("flattened"))


@dataclass(slots=True, eq=False)
class Operation:
    """An operation of a service."""

    service: "Service"
    name: str
    key: str
    """The name in lower case, as the registry of operations has it."""
    input: Shape | None
    output: Shape | None
    result_wrapper: str
    method: str
    uri: str
    status: int
    signed: bool
    errors: tuple[str, ...]
    """Names of the exception shapes it may answer with."""

    @property
    def action(self) -> str:
        """What IAM calls it: `cognito-idp:AdminGetUser`."""
        return f"{self.service.name}:{self.name}"


@dataclass(slots=True, eq=False)
class Service:
    """A service: what it is called on the wire, and its operations by name."""

    name: str
    protocol: str
    api_version: str
    target_prefix: str
    json_version: str
    xml_namespace: str
    signing_name: str
    shapes: dict[str, Shape]
    operations: dict[str, Operation] = field(default_factory=dict)


@cache
def service(name: str) -> Service:
    """Return a service of `SERVICES` by its name (`cognito-idp`)."""
    text = files("ostiary.aws").joinpath("models", f"{name}.json").read_text(encoding="utf-8")
    return linked(name, json.loads(text))


def linked(name: str, model: Json) -> Service:
    """Return the service that a model in botocore's form (`service-2.json`) describes."""
    metadata = model["metadata"]
    found = Service(
        name=name,
        protocol=metadata["protocol"],
        api_version=metadata["apiVersion"],
        target_prefix=metadata.get("targetPrefix", ""),
        json_version=metadata.get("jsonVersion", ""),
        xml_namespace=_namespace(metadata.get("xmlNamespace", "")),
        signing_name=metadata.get("signingName") or metadata.get("endpointPrefix", name),
        shapes=linked_shapes(model["shapes"]),
    )
    for operation_name, operation in model["operations"].items():
        found.operations[operation_name] = _operation(found, operation_name, operation)
    return found


def linked_shapes(shapes: Json) -> dict[str, Shape]:
    """Return the shapes of a model by name, each holding those it is made of."""
    found = {
        name: Shape(
            name=name,
            type=shape["type"],
            traits=shape,
            required=tuple(shape.get("required", ())),
            payload=shape.get("payload", ""),
        )
        for name, shape in shapes.items()
    }
    for name, shape in shapes.items():
        target = found[name]
        target.members = {m: _member(m, ref, found) for m, ref in shape.get("members", {}).items()}
        if "member" in shape:
            target.item = _member("member", shape["member"], found)
        if "value" in shape:
            target.key = _member("key", shape["key"], found)
            target.item = _member("value", shape["value"], found)
    return found


def _member(name: str, reference: Json, shapes: dict[str, Shape]) -> Member:
    return Member(name, shapes[reference["shape"]], reference)


def _operation(owner: Service, name: str, operation: Json) -> Operation:
    http = operation.get("http", {})
    given, answered = operation.get("input"), operation.get("output")
    return Operation(
        service=owner,
        name=name,
        key=name.lower(),
        input=_overlaid(given, owner.shapes),
        output=_overlaid(answered, owner.shapes),
        result_wrapper=answered.get("resultWrapper", f"{name}Result") if answered else "",
        method=http.get("method", "POST"),
        uri=http.get("requestUri", "/"),
        status=http.get("responseCode", 200),
        signed=operation.get("authtype") != "none",
        errors=tuple(error["shape"] for error in operation.get("errors", ())),
    )


def _overlaid(reference: Json | None, shapes: dict[str, Shape]) -> Shape | None:
    """Return the shape an operation refers to, with the traits (XML name, namespace) of the reference on top."""
    if reference is None:
        return None
    shape = shapes[reference["shape"]]
    extra = {name: value for name, value in reference.items() if name not in {"shape", "resultWrapper"}}
    if not extra:
        return shape
    return Shape(
        name=shape.name,
        type=shape.type,
        traits={**shape.traits, **extra},
        members=shape.members,
        required=shape.required,
        payload=shape.payload,
    )


def _namespace(value: Any) -> str:
    return str(value["uri"]) if isinstance(value, Mapping) else str(value)
