"""Which RSA keys of others are good: long enough, and not made by the library whose keys can be computed (CRY-05)."""

BITS = range(2048, 8193)
"""Shorter keys can be broken, longer ones take long to use."""
_GENERATOR = 65537
_SMALL_PRIMES = (11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157)
"""Those below 167 of which not every remainder is a power of 65537."""
_POWERS = {prime: frozenset(pow(_GENERATOR, power, prime) for power in range(prime)) for prime in _SMALL_PRIMES}


def is_strong(modulus: int) -> bool:
    """Whether signatures of the key of this modulus can be believed."""
    return modulus.bit_length() in BITS and not is_roca(modulus)


def is_roca(modulus: int) -> bool:
    """Whether this is the modulus of a key whose primes can be computed (CVE-2017-15361).

    The primes of such a key are powers of 65537 modulo a product of small primes, and so is their product modulo each
    of these. Of other keys one in 230 million is taken for such.
    """
    return all(modulus % prime in powers for prime, powers in _POWERS.items())
