"""What is read of stored configurations is a member of them, also by `get`, whose names mypy does not hold to."""

import ast
from collections.abc import Iterator
from pathlib import Path

from ostiary.aws.types.cognito_identity import IdentityPool
from ostiary.aws.types.cognito_idp import UserPoolClientType
from ostiary.store.idp.user_pools import PoolConfiguration

SOURCE = Path(__file__).parents[2] / "src" / "ostiary"
USER_POOL = {
    "pool": PoolConfiguration.__annotations__.keys(),
    "client": UserPoolClientType.__annotations__.keys(),
}
IDENTITY_POOL = {"pool": IdentityPool.__annotations__.keys()}


def owner_of(node: ast.expr) -> str:
    """Return whose `.configuration` this is: `pool`, `client` … or nothing."""
    if not (isinstance(node, ast.Attribute) and node.attr == "configuration"):
        return ""
    value = node.value
    return value.id if isinstance(value, ast.Name) else value.attr if isinstance(value, ast.Attribute) else ""


def keys_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield whose configuration is read, and the key."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=read, slice=ast.Constant(value=str(key))):
                yield owner_of(read), key
            case ast.Call(func=ast.Attribute(value=read, attr="get"), args=[ast.Constant(value=str(key)), *_]):
                yield owner_of(read), key


def test_keys_of_stored_configurations_are_members_of_their_types() -> None:
    read, unknown = 0, []
    for path in SOURCE.rglob("*.py"):
        members = IDENTITY_POOL if path.parent.name == "identity" else USER_POOL
        for owner, key in keys_of(ast.parse(path.read_text())):
            if owner in members:
                read += 1
                unknown += [(key, path.name)] if key not in members[owner] else []
    assert read > 40
    assert unknown == []
