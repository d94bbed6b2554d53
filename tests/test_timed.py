"""
The time of a call on the wire, second by second.
"""

import threading

import httpcore
import pytest

from herald.timed import Timed


class Clock:
    """Seconds, as they are set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_step_has_its_own_time_and_no_more_than_the_call() -> None:
    """A step takes what it may take by itself, or what is left of the call; an exact end is an end."""
    clock = Clock()
    network = Timed(clock)
    with network.within(10.0):
        assert (network.left(None), network.left(3.0), network.left(30.0)) == (10.0, 3.0, 10.0)
        clock.now += 8.0
        assert (network.left(None), network.left(1.0), network.left(3.0)) == (2.0, 1.0, 2.0)
        clock.now += 1.999
        assert 0 < network.left(None) <= 0.0011
        clock.now = 1010.0
        for timeout in (None, 3.0):
            with pytest.raises(httpcore.ReadTimeout):
                network.left(timeout)
    with network.within(5.0):
        assert network.left(None) == 5.0


def test_calls_of_other_threads_have_their_own_time() -> None:
    """What one worker's call may still take says nothing about another's."""
    network = Timed(Clock())
    found: list[float] = []

    def call() -> None:
        with network.within(60.0):
            found.append(network.left(None))

    with network.within(10.0):
        other = threading.Thread(target=call)
        other.start()
        other.join()
        found.append(network.left(None))
    assert found == [60.0, 10.0]
