"""What administrators do to users and groups."""
