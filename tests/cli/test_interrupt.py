import os
import signal
import threading
from contextlib import suppress

import pytest

from diming.cli.interrupt import Interrupts


@pytest.fixture(autouse=True)
def heard():
    """Listen to interrupts, also where the tests were started without (nohup, CI)."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_that_was_swallowed_is_raised_at_the_next_step():
    with pytest.raises(KeyboardInterrupt), Interrupts() as interrupts:
        with suppress(KeyboardInterrupt):
            interrupt()
        interrupts.check()
        pytest.fail("it was lost")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_at_the_end_it_is_raised_at_the_latest():
    with pytest.raises(KeyboardInterrupt), Interrupts(), suppress(KeyboardInterrupt):
        interrupt()


def test_nothing_was_asked():
    with Interrupts() as interrupts:
        interrupts.check()


def test_other_threads_and_other_handlers_are_left_alone():
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(1))
    try:
        with Interrupts():
            interrupt()
        assert heard == [1]
    finally:
        signal.signal(signal.SIGINT, before)
    found = []

    def elsewhere():
        with Interrupts() as interrupts:
            found.append(interrupts)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found
