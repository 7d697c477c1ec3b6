"""App clients, their secrets, and the resource servers whose scopes they ask for."""
