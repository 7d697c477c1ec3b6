"""Throughput of the operations that matter, against what the machine's cryptography alone allows: `make bench`."""
