"""Threads that work without being asked: they rest after each piece, and end at once when they are told to."""

from threading import Event

from ostiary.background import Worker
from tests.fixtures.waiting import PATIENCE


class Piecework(Worker):
    """Has more to do than it ever can, and rests for ever after each piece."""

    def __init__(self) -> None:
        super().__init__("piecework", 0, rest=10**9)
        self.done = 0
        self.first = Event()

    def run_due(self) -> bool:
        Event().wait(0.001)
        self.done += 1
        self.first.set()
        return True


def test_a_worker_rests_after_each_piece_as_many_times_as_long_and_is_woken_to_stop() -> None:
    worker = Piecework()
    worker.start()
    assert worker.first.wait(PATIENCE)
    worker.wake()
    worker.stop()
    assert worker.done == 1
