"""Database engines, one module each."""

from sqlalchemy import make_url

from ostiary.store.engines.engine import Engine
from ostiary.store.engines.postgresql import PostgreSQL
from ostiary.store.engines.sqlite import SQLite

__all__ = ["ENGINES", "Engine", "engine_of"]

ENGINES: dict[str, type[SQLite] | type[PostgreSQL]] = {"sqlite": SQLite, "postgresql": PostgreSQL}


def engine_of(url: str) -> Engine:
    """Return the engine that a SQLAlchemy URL names; raises ValueError for one that is not here."""
    name = make_url(url).get_backend_name()
    if name not in ENGINES:
        raise ValueError(f"There is no engine for '{name}' databases; there are {', '.join(ENGINES)}.")
    return ENGINES[name](url)
