"""One file per challenge: how it is asked and how its answer is taken."""
