"""How a pool's pages look: managed login, the classic look, terms."""
