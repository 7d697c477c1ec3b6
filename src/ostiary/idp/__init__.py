"""User pools: one module per resource; importing this package registers their operations."""
