"""A process that is asked to end hears of it, whenever the signal comes and whichever thread takes it."""

import signal
from collections.abc import Callable
from threading import Thread, get_ident, main_thread

import pytest

from dashapp.ending import ENDING_SIGNALS, EndSignal


def beside(act: Callable[[], object]) -> Thread:
    thread = Thread(target=act)
    thread.start()
    return thread


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_a_signal_ends_the_wait(number: signal.Signals) -> None:
    end = EndSignal()
    with end.heard():
        assert not end.is_set()
        other = beside(lambda: signal.pthread_kill(main_thread().ident or 0, number))
        assert end.wait()
        other.join()


def test_a_signal_that_another_thread_takes_ends_the_wait() -> None:
    # Python's handlers run in the main thread only, which nothing wakes up then.
    end = EndSignal()
    with end.heard():
        other = beside(lambda: signal.pthread_kill(get_ident(), signal.SIGTERM))
        assert end.wait()
        other.join()


def test_what_was_asked_for_before_the_wait_is_not_forgotten() -> None:
    end = EndSignal()
    with end.heard():
        signal.raise_signal(signal.SIGTERM)
        assert end.wait()
        assert end.is_set()
        assert end.wait(0.01)


def test_a_wait_ends_with_its_time() -> None:
    end = EndSignal()
    with end.heard():
        assert not end.wait(0.01)


def test_any_number_of_signals_stops_nothing() -> None:
    end = EndSignal()
    with end.heard():
        for _ in range(100_000):
            signal.raise_signal(signal.SIGINT)
        assert end.is_set()


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = [signal.getsignal(number) for number in ENDING_SIGNALS]
    with EndSignal().heard():
        assert [signal.getsignal(number) for number in ENDING_SIGNALS] != before
    assert [signal.getsignal(number) for number in ENDING_SIGNALS] == before
    assert signal.set_wakeup_fd(-1) == -1
