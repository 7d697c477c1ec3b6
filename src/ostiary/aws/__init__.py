"""A small AWS server framework: models, routing, validation, signatures and protocols. Imports nothing of Ostiary."""
