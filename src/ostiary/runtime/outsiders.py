"""Waiting for somebody outside: the one place where a request does it.

A request that needs a server which is not ours (an identity provider, an old user pool, a function) waits here. Its
others are served meanwhile (`runtime/execution.py`), and no transaction is open. So many and no more wait for the same
destination, on behalf of the same caller, and for addresses of the same owner; whoever comes beyond is refused at once.
A destination that keeps giving no answer is left alone for a while.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

import structlog

from ostiary.runtime.clock import Clock
from ostiary.runtime.execution import MOST_OUTSIDE, CrowdedError, is_holding
from ostiary.runtime.observability import NOT_ASKED, OUTSIDE

__all__ = ["Circuits", "CrowdedError", "LeftAloneError", "Outsiders", "Wait", "check_nothing_is_held"]

MOST_PER_DESTINATION = 32
MOST_PER_CALLER = MOST_OUTSIDE // 2
MOST_PER_OWNER = 32
MOST_OF_OWNERS = MOST_OUTSIDE // 2
"""How many wait for addresses that accounts gave: those that the operator set always find a place beside them."""
FAILURES = 5
"""How many times in a row a destination gives no answer before it is left alone."""
FIRST_SECONDS, LONGEST_SECONDS = 1.0, 30.0
PROBE_SECONDS = 10.0
"""How long others are kept away from a destination while one finds out whether it answers again."""
MOST_CIRCUITS = 10_000

_Key = tuple[str, ...]

log = structlog.get_logger()


class LeftAloneError(Exception):
    """The destination gave no answer several times in a row and is not asked again yet."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Whom a request waits for, and on whose behalf.

    `destination` is `host:port` or the ARN of a function; `owner` is the account that gave the address, empty for the
    operator; `callers` are a client's address and, where one is meant, a user pool. At most `most` wait at a time, and
    `most_of_caller` of them for the same caller.
    """

    destination: str
    owner: str = ""
    callers: tuple[str, ...] = ()
    most: int = MOST_PER_DESTINATION
    most_of_caller: int = MOST_PER_DESTINATION // 2

    @property
    def key(self) -> _Key:
        """What circuits know the destination by: what one account's address does is not another's fault."""
        return self.owner, self.destination

    def places(self) -> dict[_Key, int]:
        """Return the places that are taken, and how many there are of each."""
        found = {("destination", *self.key): self.most}
        for caller in self.callers:
            found["caller", caller] = MOST_PER_CALLER
            found["caller", caller, *self.key] = self.most_of_caller
        if self.owner:
            found |= {("owner", self.owner): MOST_PER_OWNER, ("owners",): MOST_OF_OWNERS}
        return found


class Circuits:
    """Who is left alone after failures in a row: `first` seconds, each time twice as long, up to `longest`."""

    def __init__(self, failures: int, first: float, longest: float, now: Callable[[], float] | None = None) -> None:
        self._failures, self._first, self._longest, self._now = failures, first, longest, now or Clock.monotonic
        self._lock = Lock()
        self._known: dict[_Key, _Circuit] = {}

    def admits(self, key: _Key) -> bool:
        """Whether it may be asked; when its time is over, one finds out for all others."""
        with self._lock:
            circuit = self._known.get(key)
            if circuit is None or circuit.failures < self._failures:
                return True
            now = self._now()
            if now < circuit.until:
                return False
            circuit.until = now + PROBE_SECONDS
            circuit.probing = True
            return True

    def failed(self, key: _Key) -> float:
        """Count a failure; return the seconds for which it has it left alone.

        Of many that were under way together one counts, once it is left alone.
        """
        with self._lock:
            circuit = self._known.setdefault(key, _Circuit())
            now = self._now()
            if now < circuit.until and not circuit.probing:
                return 0.0
            circuit.failures += 1
            circuit.probing = False
            if len(self._known) > MOST_CIRCUITS:
                del self._known[next(iter(self._known))]
            if circuit.failures < self._failures:
                return 0.0
            seconds = min(self._first * 2.0 ** min(circuit.times, 32), self._longest)
            circuit.until = now + seconds
            circuit.times += 1
            return seconds

    def worked(self, key: _Key) -> None:
        """Forget the failures."""
        if key in self._known:
            with self._lock:
                self._known.pop(key, None)


@dataclass(slots=True)
class _Circuit:
    failures: int = 0
    times: int = 0
    until: float = float("-inf")
    probing: bool = False


class Outsiders:
    """The waits of one process."""

    def __init__(self, now: Callable[[], float] | None = None) -> None:
        self._circuits = Circuits(FAILURES, FIRST_SECONDS, LONGEST_SECONDS, now)
        self._lock = Lock()
        self._taken: Counter[_Key] = Counter()
        self._waits = 0

    @property
    def waits(self) -> int:
        """How many wait now."""
        return self._waits

    @contextmanager
    def waiting(self, wait: Wait) -> Iterator[None]:
        """Have a place while the block waits; raises CrowdedError at once when there is none."""
        check_nothing_is_held()
        with self._place(wait):
            yield

    @contextmanager
    def asking(self, wait: Wait, is_silence: Callable[[Exception], bool]) -> Iterator[None]:
        """The same for a block that asks, and ends by an exception which `is_silence` when there was no answer.

        Raises LeftAloneError at once where there was none several times in a row.
        """
        check_nothing_is_held()
        with self._place(wait):
            if not self._circuits.admits(wait.key):
                NOT_ASKED.labels("left alone").inc()
                raise LeftAloneError(f"{wait.destination} did not answer, and is left alone for a while")
            try:
                yield
            except Exception as error:
                if is_silence(error):
                    self._silent(wait)
                else:
                    self._circuits.worked(wait.key)
                raise
            self._circuits.worked(wait.key)

    def _silent(self, wait: Wait) -> None:
        seconds = self._circuits.failed(wait.key)
        if seconds:
            log.warning("server_outside_left_alone", server=wait.destination, owner=wait.owner, seconds=seconds)

    @contextmanager
    def _place(self, wait: Wait) -> Iterator[None]:
        places = wait.places()
        with self._lock:
            if any(self._taken[key] >= most for key, most in places.items()):
                NOT_ASKED.labels("crowded").inc()
                raise CrowdedError
            self._taken.update(places.keys())
            self._waits += 1
        OUTSIDE.inc()
        try:
            yield
        finally:
            OUTSIDE.dec()
            with self._lock:
                self._waits -= 1
                for key in places:
                    self._taken[key] -= 1
                    if not self._taken[key]:
                        del self._taken[key]


def check_nothing_is_held() -> None:
    """Raise RuntimeError inside a transaction: what it holds would be held for as long as somebody outside likes."""
    if is_holding():
        raise RuntimeError("Somebody outside is asked before a transaction or after it, never inside one.")
