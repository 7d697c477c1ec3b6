"""The CSV files that users are imported from: the header, and what a row says (behaviour/user-pools.md 17)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ostiary.aws.errors import ServiceError
from ostiary.idp.directory import attributes
from ostiary.idp.directory.new_users import initial_attributes
from ostiary.idp.imports import foreign_passwords
from ostiary.idp.imports.foreign_passwords import Foreign
from ostiary.store.idp.user_pools import UserPool

LONGEST_ROW = 16_000
USERNAME, MFA = "cognito:username", "cognito:mfa_enabled"
HASH = "password_hash"
"""The column of hashes in the file of a job with a PasswordHashingAlgorithm; GetCSVHeader does not list it."""
_STANDARD = (
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
)
_FLAGS = ("email_verified", "phone_number_verified")
_SEPARATOR = re.compile(r"(?<!\\),")
_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_NAME = re.compile(r"\S{1,128}")


class RowError(Exception):
    """A row cannot be imported; the text says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A user to import: the name, the attributes, and what the password is checked against."""

    username: str
    attributes: dict[str, str]
    foreign: Foreign | None


def header_of(pool: UserPool) -> list[str]:
    """Return the columns that a file for this pool has."""
    custom = [each["Name"] for each in pool.configuration["SchemaAttributes"] if ":" in each["Name"]]
    return [*_STANDARD, *custom, MFA, USERNAME]


def split(line: str) -> list[str]:
    r"""Return the values of a line: a comma in a value is written `\,`; there are no quotes."""
    return [value.replace("\\,", ",").strip() for value in _SEPARATOR.split(line)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all rows of a file share: the pool, the columns, and the algorithm of the hashes where there are some."""

    pool: UserPool
    header: list[str]
    algorithm: str = ""


def read(sheet: Sheet, line: str) -> Row:
    """Return the user that a line describes; raises RowError."""
    if len(line) > LONGEST_ROW:
        raise RowError(f"The row is longer than {LONGEST_ROW} characters.")
    values = split(line)
    pool, header, algorithm = sheet.pool, sheet.header, sheet.algorithm
    if len(values) != len(header):
        raise RowError(f"The row has {len(values)} values, the header {len(header)}.")
    row = dict(zip(header, values, strict=True))
    username = row[USERNAME]
    if not _NAME.fullmatch(username):
        raise RowError("cognito:username must have 1 to 128 characters and no spaces.")
    _check_mfa(pool, row[MFA])
    try:
        written = attributes.parsed(pool, [{"Name": name, "Value": text} for name, text in _attributes(row).items()])
        found = attributes.merged({}, initial_attributes(pool, username, written))
        attributes.check_required(pool, found)
        hashed = row.get(HASH, "")
        foreign = foreign_passwords.of_hash(algorithm, hashed) if algorithm and hashed else None
    except ServiceError as error:
        raise RowError(error.message.strip()) from error
    _check_verified(pool, found)
    return Row(username, found, foreign)


def _attributes(row: Mapping[str, str]) -> dict[str, str]:
    found = {name: value for name, value in row.items() if value and name not in {USERNAME, MFA, HASH}}
    for name in _FLAGS:
        if name in found and found[name].upper() not in {"TRUE", "FALSE"}:
            raise RowError(f"{name} must be TRUE or FALSE.")
    if "birthdate" in found:
        date = _DATE.fullmatch(found["birthdate"])
        if date is None:
            raise RowError("birthdate must be written mm/dd/yyyy.")
        found["birthdate"] = f"{date[3]}-{date[1]}-{date[2]}"
    return found


def _check_mfa(pool: UserPool, text: str) -> None:
    allowed = {"ON": {"TRUE"}, "OFF": {"FALSE"}}.get(pool.configuration["MfaConfiguration"], {"TRUE", "FALSE"})
    if text.upper() not in allowed:
        raise RowError(f"cognito:mfa_enabled must be {' or '.join(sorted(allowed))}.")


def _check_verified(pool: UserPool, found: Mapping[str, str]) -> None:
    wanted = pool.configuration.get("AutoVerifiedAttributes", [])
    if not any(found.get(name) and found.get(attributes.verified_flag(name)) == "true" for name in wanted):
        raise RowError(f"One of {', '.join(wanted)} must have a value and be verified.")
