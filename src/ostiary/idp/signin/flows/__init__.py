"""How a sign-in begins: one file for each way."""
