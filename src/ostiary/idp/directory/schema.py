"""The attributes a user pool knows: the standard ones and the pool's own."""

from collections.abc import Callable, Collection
from typing import Any

from ostiary.aws.types.cognito_idp import InvalidParameterException, SchemaAttributeType

MAXIMUM_CUSTOM = 50
LONGEST_VALUE = 2048
_CUSTOM, _DEVELOPERS = "custom:", "dev:"
_STRING = {"MinLength": "0", "MaxLength": str(LONGEST_VALUE)}
_SPECIAL: dict[str, dict[str, Any]] = {
    "birthdate": {"StringAttributeConstraints": {"MinLength": "10", "MaxLength": "10"}},
    "updated_at": {"AttributeDataType": "Number", "NumberAttributeConstraints": {"MinValue": "0"}},
    "identities": {"StringAttributeConstraints": {}},
    "sub": {
        "Mutable": False,
        "Required": True,
        "StringAttributeConstraints": {"MinLength": "1", "MaxLength": str(LONGEST_VALUE)},
    },
    "phone_number_verified": {"AttributeDataType": "Boolean"},
    "email_verified": {"AttributeDataType": "Boolean"},
}
STANDARD = (
    "profile",
    "address",
    "birthdate",
    "gender",
    "preferred_username",
    "updated_at",
    "website",
    "picture",
    "identities",
    "sub",
    "phone_number",
    "phone_number_verified",
    "zoneinfo",
    "locale",
    "email",
    "email_verified",
    "given_name",
    "family_name",
    "middle_name",
    "name",
    "nickname",
)
"""The standard attributes, in the order in which pools list them."""
CONSTRAINTS = {
    "String": ("StringAttributeConstraints", "MinLength", "MaxLength", "length"),
    "Number": ("NumberAttributeConstraints", "MinValue", "MaxValue", "value"),
}
"""The member that bounds an attribute of a type, its two bounds, and what they bound."""


def spelled(name: str, known: Collection[str]) -> str:
    """Return how a schema with these names spells an attribute that a request names.

    An attribute for developers only is `dev:custom:x`, which requests may call `dev:x`; old pools have it as `dev:x`.
    """
    if name in known or not name.startswith(_DEVELOPERS):
        return name
    bare = name.removeprefix(_DEVELOPERS)
    other = f"{_DEVELOPERS}{bare.removeprefix(_CUSTOM) if bare.startswith(_CUSTOM) else _CUSTOM + bare}"
    return other if other in known else name


def _standard(name: str) -> SchemaAttributeType:
    attribute: dict[str, Any] = {
        "Name": name,
        "AttributeDataType": "String",
        "DeveloperOnlyAttribute": False,
        "Mutable": True,
        "Required": False,
    }
    attribute.update(_SPECIAL.get(name, {}))
    if attribute["AttributeDataType"] == "String":
        attribute.setdefault("StringAttributeConstraints", dict(_STRING))
    return attribute  # type: ignore[return-value]


def schema_of(given: list[SchemaAttributeType]) -> list[SchemaAttributeType]:
    """Return the SchemaAttributes of a new pool that was asked for with `given`."""
    overrides: dict[str, SchemaAttributeType] = {}
    for attribute in given:
        name = attribute.get("Name", "")
        if name in overrides:
            refuse_existing(overrides[name], attribute)
        if name in STANDARD:
            overrides[name] = attribute
    standard = [_overridden(_standard(name), overrides.get(name)) for name in STANDARD]
    return with_custom(standard, [attribute for attribute in given if attribute.get("Name") not in STANDARD])


def _overridden(standard: SchemaAttributeType, given: SchemaAttributeType | None) -> SchemaAttributeType:
    if given is None:
        return standard
    same_type = given.get("AttributeDataType", standard["AttributeDataType"]) == standard["AttributeDataType"]
    if not same_type or given.get("DeveloperOnlyAttribute"):
        raise InvalidParameterException(
            "You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute "
            f"{standard['Name']}"
        )
    kept = {"Required", "Mutable", CONSTRAINTS.get(standard["AttributeDataType"], ("",))[0]}
    if standard["Name"] == "sub":
        kept -= {"Required", "Mutable"}
    merged = {**standard, **{name: value for name, value in given.items() if name in kept}}
    check_constraints(merged)
    return merged  # type: ignore[return-value]


Relax = Callable[[SchemaAttributeType, SchemaAttributeType], SchemaAttributeType]
"""What becomes of an attribute that is there, and another that is to take its place; raises where it may not."""


def refuse_existing(before: SchemaAttributeType, _wanted: SchemaAttributeType) -> SchemaAttributeType:
    """Keep attributes as they are, as AWS does."""
    name = before["Name"]
    raise InvalidParameterException(f"{name}: Existing attribute already has name {name}.")


def with_custom(
    existing: list[SchemaAttributeType], added: list[SchemaAttributeType], relax: Relax = refuse_existing
) -> list[SchemaAttributeType]:
    """Return `existing` with the custom attributes `added`; raises InvalidParameterException."""
    schema = {attribute["Name"]: attribute for attribute in existing}
    new: set[str] = set()
    for attribute in added:
        custom = _custom(attribute)
        name = spelled(custom["Name"], schema)
        known = schema.get(name)
        if known is not None:
            custom = {**custom, "Name": name, "Mutable": attribute.get("Mutable", known["Mutable"])}
        schema[name] = custom if known is None else (refuse_existing if name in new else relax)(known, custom)
        new.add(name)
    if len(schema) - len(STANDARD) > MAXIMUM_CUSTOM:
        raise InvalidParameterException(f"A user pool cannot have more than {MAXIMUM_CUSTOM} custom attributes.")
    return list(schema.values())


def _custom(given: SchemaAttributeType) -> SchemaAttributeType:
    if given.get("Required"):
        raise InvalidParameterException("Required custom attributes are not supported currently.")
    if "AttributeDataType" not in given:
        raise InvalidParameterException(
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum."
        )
    if "Name" not in given:
        raise InvalidParameterException("A custom attribute must have a name.")
    developer_only = given.get("DeveloperOnlyAttribute", False)
    attribute: dict[str, Any] = {
        "Name": f"{_DEVELOPERS if developer_only else ''}{_CUSTOM}{given['Name']}",
        "AttributeDataType": given["AttributeDataType"],
        "DeveloperOnlyAttribute": developer_only,
        "Mutable": given.get("Mutable", False),
        "Required": False,
    }
    if given["AttributeDataType"] in CONSTRAINTS:
        member = CONSTRAINTS[given["AttributeDataType"]][0]
        attribute[member] = given.get(member, {})
    check_constraints(attribute)
    return attribute  # type: ignore[return-value]


def check_constraints(attribute: Any) -> None:
    """Refuse bounds that are none; raises InvalidParameterException."""
    kind = CONSTRAINTS.get(attribute["AttributeDataType"])
    if kind is None:
        return
    member, least, most, what = kind
    constraints = attribute.get(member, {})
    try:
        bounds = {bound: int(constraints[bound]) for bound in (least, most) if bound in constraints}
    except ValueError as error:
        raise InvalidParameterException(f"user.{attribute['Name']}: Constraints must be integers.") from error
    if what == "length" and max(bounds.values(), default=0) > LONGEST_VALUE:
        raise InvalidParameterException(
            f"user.{attribute['Name']}: String attributes cannot have a length of more than {LONGEST_VALUE}"
        )
    if len(bounds) > 1 and bounds[least] > bounds[most]:
        raise InvalidParameterException(f"user.{attribute['Name']}: Max {what} cannot be less than min {what}.")
