"""Pure functions with published test vectors, and the sealing of secrets at rest."""
