"""Parts of requests and answers: what they have of some members."""

from collections.abc import Iterable, Mapping
from typing import Any


def members(given: Mapping[str, Any], names: Iterable[str]) -> Any:
    """Return the members of these names that are given, in this order; of the shape that has them, says the caller."""
    return {name: given[name] for name in names if name in given}
