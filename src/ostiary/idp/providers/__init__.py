"""Identity providers of a pool, and the users that are linked to theirs."""
