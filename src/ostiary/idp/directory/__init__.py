"""Who is in a pool: names, attributes, the schema, and finding a user."""
