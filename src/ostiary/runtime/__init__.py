"""What runs everything else: how a request runs, and what it may wait for."""
