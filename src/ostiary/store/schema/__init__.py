"""Every table. One schema for all engines: text, bigint, boolean, and JSON as text; ids are made in the app.

Times are seconds since the epoch (bigint). `sealed` columns hold ciphertext of `crypto/seal.py`. Configuration is kept
in its wire shape in one JSON column; identity data is rows. Every key of tenant data begins with its pool or account.
Each table states its facts: what it goes with when something is deleted or moved, what its columns are sealed for.
"""

from ostiary.store.schema.columns import binary_columns as binary_columns
from ostiary.store.schema.columns import deleted_with as deleted_with
from ostiary.store.schema.columns import metadata as metadata
from ostiary.store.schema.columns import moved_with as moved_with
from ostiary.store.schema.columns import purposes_of as purposes_of
from ostiary.store.schema.columns import removed_with as removed_with
from ostiary.store.schema.common import *  # noqa: F403
from ostiary.store.schema.directory import *  # noqa: F403
from ostiary.store.schema.iam import *  # noqa: F403
from ostiary.store.schema.identity_pool import *  # noqa: F403
from ostiary.store.schema.sns import *  # noqa: F403
from ostiary.store.schema.sync import *  # noqa: F403
from ostiary.store.schema.user_pool import *  # noqa: F403
