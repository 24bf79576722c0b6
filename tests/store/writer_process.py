"""Writes revisions into an archive until it is killed or there is no room; run by the tests."""

import resource
import sys

from diming.errors import DimingError
from diming.store.opening import open_store
from store.archives import simple

path, limit = sys.argv[1], int(sys.argv[2])
with open_store(path) as store:
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    print("ready", flush=True)
    number = store.head().number
    try:
        while True:
            with store.write(author="a", reason="r" * 3000, base=number) as writer:
                for part in range(3):
                    writer.append(simple("甲" * 1500, number * 3 + part))
                number = writer.number
            print(number, flush=True)
    except DimingError as error:
        print(error.exit_code, error, flush=True)
