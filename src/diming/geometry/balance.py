"""Which segment keys do not cancel (抵消): sorting, within blocks and among all.

A key is 63 bits for the segment and one for its direction; two opposite
segments differ in the last bit alone. 0 is no segment.
"""

from __future__ import annotations

import tempfile
import weakref
from contextlib import suppress
from typing import IO

import numpy as np
from numpy.typing import NDArray

from diming.errors import EnvironmentLacks, no_room
from diming.geometry.threads import each

Keys = NDArray[np.uint64]
Ints = NDArray[np.int64]

_ONE = np.uint64(1)
#: Memory for one key while it is sorted, and for one segment that is left.
_KEY_BYTES, _SEGMENT_BYTES = 35, 700


def cancel(keys: Keys) -> Keys:
    """Return the sorted keys that are left when opposite ones cancel, pair by pair."""
    left = np.sort(keys)
    left = left[np.searchsorted(left, _ONE) :]
    while True:
        pair = np.zeros(len(left), dtype=bool)
        if len(left) > 1:
            pair[:-1] = (left[1:] - left[:-1] == _ONE) & (left[:-1] & _ONE == 0)
        if not pair.any():
            return left
        pair[1:] |= pair[:-1]
        left = left[~pair]


def uncancelled(keys: Keys) -> Keys:
    """Return the keys, without direction bit, whose directions do not sum to zero."""
    left: Keys = cancel(keys) >> _ONE
    # Sorted already; np.unique would hash.
    first = np.ones(len(left), dtype=bool)
    first[1:] = left[1:] != left[:-1]
    return left[first]


def members(keys: Keys, wanted: Keys) -> Ints:
    """Return the positions of `keys` whose undirected key is in the sorted `wanted`."""
    if len(wanted) == 0:
        return np.empty(0, dtype=np.int64)
    bits = np.uint64(min(24, max(10, len(wanted).bit_length() + 4)))
    shift = np.uint64(63) - bits
    table = np.zeros(1 << int(bits), dtype=bool)
    table[wanted >> shift] = True
    hits = np.flatnonzero(table[keys >> (shift + _ONE)])
    undirected: Keys = keys[hits] >> _ONE
    place = np.minimum(np.searchsorted(wanted, undirected), len(wanted) - 1)
    found: Ints = hits[(wanted[place] == undirected) & (keys[hits] != 0)]
    return found


class Balance:
    """Sums up what blocks have left (a `Gather`): which keys do not cancel among all.

    The key space is parted into ranges. With a budget, ranges wait in files and
    are cancelled one by one; without, in memory and in threads.

    Parameters
    ----------
    jobs : int
        Threads.
    budget_bytes : int or None
        Memory that sorting may use.
    """

    def __init__(self, *, jobs: int = 1, budget_bytes: int | None = None) -> None:
        self.jobs, self.budget_bytes = max(jobs, 1), budget_bytes
        self._held: list[Keys] = []
        self._bytes = 0
        self._files: list[IO[bytes]] = []

    def add(self, sent: Keys) -> None:
        """Take the sorted keys that a block has left."""
        if len(sent) == 0:
            return
        self._held.append(sent)
        self._bytes += len(sent) * _KEY_BYTES
        if self.budget_bytes is not None and self._bytes > self.budget_bytes // 4:
            self._write()

    def shared(self) -> Keys:
        """Return the sorted undirected keys that are left.

        Raises
        ------
        EnvironmentLacks
            If more is left than the budget can hold.
        """
        if self._files:
            self._write()
            parts = []
            left = 0
            for file in self._files:
                _flushed(file)
                parts.append(uncancelled(np.frombuffer(file.read(), dtype=np.uint64)))
                file.close()
                left += len(parts[-1])
                self._refuse(left)
            return np.concatenate(parts)
        cuts = _ranges(self.jobs)
        none = np.empty(0, dtype=np.uint64)
        parts = list(
            each(
                lambda j: uncancelled(np.concatenate([none, *_share(self._held, cuts, j)])),
                range(self.jobs),
                jobs=self.jobs,
            )
        )
        self._held = []
        result = np.concatenate(parts)
        self._refuse(len(result))
        return result

    def _refuse(self, left: int) -> None:
        if self.budget_bytes is not None and left * _SEGMENT_BYTES > self.budget_bytes:
            raise EnvironmentLacks(
                "the outlines of the inputs do not match in more than {count} segments, and "
                "naming them takes more memory than the limit allows; raise --memory-limit, or "
                "check fewer units at a time",
                count=left,
            )

    def _write(self) -> None:
        """Sort what is held into the files of its ranges."""
        if not self._files:
            self._files = [
                tempfile.TemporaryFile(prefix="diming-")  # noqa: SIM115
                for _ in range(_FILES)
            ]
            weakref.finalize(self, _close, self._files)
        cuts = _ranges(len(self._files))
        try:
            for j, file in enumerate(self._files):
                for part in _share(self._held, cuts, j):
                    file.write(part.tobytes())
        except OSError as error:
            raise no_room(error) from None
        self._held, self._bytes = [], 0


def _flushed(file: IO[bytes]) -> None:
    """Go to the beginning; what is still to be written is written now."""
    try:
        file.seek(0)
    except OSError as error:
        raise no_room(error) from None


def _close(files: list[IO[bytes]]) -> None:
    for file in files:
        with suppress(OSError):  # what a full disk did not take is of no use any more
            file.close()


#: Ranges that wait in files: each is sorted by itself.
_FILES = 32


def _ranges(count: int) -> Keys:
    """Return the first keys of `count` ranges of the key space: even, so that pairs stay."""
    return np.array([(j * 2**64 // count) & ~1 for j in range(count)], dtype=np.uint64)


def _share(held: list[Keys], cuts: Keys, j: int) -> list[Keys]:
    """Return the parts of sorted arrays that lie in range j."""
    result = []
    for keys in held:
        low = np.searchsorted(keys, cuts[j])
        high = len(keys) if j + 1 == len(cuts) else np.searchsorted(keys, cuts[j + 1])
        result.append(keys[low:high])
    return result
