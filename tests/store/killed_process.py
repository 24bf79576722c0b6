"""Kills writers of an archive, one after the other, and looks at what they leave.

It prints how many it killed, the last revision, and how often a journal was left.
"""

import os
import random
import signal
import sys
import time
from datetime import date
from pathlib import Path

from diming.model.namechange import NameChange
from diming.model.place import Name, Place
from diming.script.fold import fold
from diming.script.reading import syllables
from diming.store.opening import open_store
from store.archives import simple

path, rounds = sys.argv[1], int(sys.argv[2])


def write(pipe: int) -> None:
    with open_store(path) as store:
        while True:
            with store.write(author="a", reason="r" * 3000) as writer:
                for part in range(3):
                    writer.append(simple("甲" * 1500, writer.number * 3 + part))
                name = f"乙{writer.number}"
                writer.append_names(NameChange(
                    (Place(name, lon=106.5, lat=29.5),), (Name(name, name, name),)
                ))  # fmt: skip
                number = writer.number
            os.write(pipe, f"{number}\n".encode())


fold("甲"), syllables("甲")  # The writers to come need not load it all again.
seed = random.Random(5)
hot, head = 0, 1
for _ in range(rounds):
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        write(writing)
    os.close(writing)
    first = os.read(reading, 100)  # It is at work, however slow the machine.
    time.sleep(seed.uniform(0.0, 0.05))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        said = [int(line) for line in (first.decode() + told.read()).split()]
    hot += Path(f"{path}-journal").exists()
    with open_store(path, readonly=True) as store:
        assert store.verify() == []
        now = store.head().number
        assert len(store.view().at(date(2020, 1, 1))) == 3 * (now - 1)
        counts = store.gazetteer().counts()
        assert counts["places"] == counts["names"] == counts["terms"] - 1 == now - 1
        assert now >= max(said) > head, (now, said, head)
        head = now
print(rounds, head, hot)
