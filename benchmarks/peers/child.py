"""The child process of a peer in Python: `child.py MODULE FILE LAYER WORKDIR RESULT`."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

# Run as a program, the folder of this file would hide packages of the same name.
sys.path[0] = str(Path(__file__).parents[1])

from peers.protocol import InPython, Steps, load, write_places  # noqa: E402


def main() -> int:
    module, path, layer, workdir, result = sys.argv[1:]
    # Asked to stop, a peer still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    peer = load(module)
    assert isinstance(peer, InPython)
    steps = Steps()
    with steps.step("all"):
        found = peer.find(Path(path), layer, Path(workdir), steps)
    write_places(Path(result), found, steps)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
