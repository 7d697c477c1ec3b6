"""Telling unusual sign-ins from usual ones: risk, events, leaked passwords."""
