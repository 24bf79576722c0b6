import io

import pytest

from diming.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_short_work_shows_nothing(clock):
    stream = Terminal()
    with Progress("en", stream=stream, clock=clock) as progress:
        clock.now = 1.9
        progress("read", 1, 2)
    assert stream.getvalue() == ""


def test_long_work_shows_and_clears(clock):
    stream = Terminal()
    with Progress("zh", stream=stream, clock=clock) as progress:
        clock.now = 2.1
        progress("overlap", 1, 2)
        progress("overlap", 2, 2)
        clock.now = 2.3
        progress("read", 0, 0)
    assert stream.getvalue().startswith("\r重叠 1/2\r读取数据")
    assert "2/2" not in stream.getvalue()
    assert stream.getvalue().endswith("\r" + " " * 8 + "\r")


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_nothing_without_terminal_or_when_quiet(clock, stream):
    with Progress("en", quiet=stream.isatty(), stream=stream, clock=clock) as progress:
        clock.now = 9
        progress("read", 1, 2)
    assert stream.getvalue() == ""


def test_a_hostile_stage_stays_on_its_line(clock):
    stream = Terminal()
    progress = Progress("en", stream=stream, clock=clock)
    clock.now = 9
    progress("文件\n\x1b" + "长" * 300, 1, 2)
    assert "\n" not in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_without_stderr_there_is_nothing_to_show(clock, monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    with Progress("en", clock=clock) as progress:
        clock.now = 9
        progress("read", 1, 2)


def test_a_terminal_that_goes_does_not_stop_the_check(clock):
    class Gone(Terminal):
        def write(self, text):
            raise OSError(5, "Input/output error")

    with Progress("en", stream=Gone(), clock=clock) as progress:
        clock.now = 9
        progress("read", 1, 2)
