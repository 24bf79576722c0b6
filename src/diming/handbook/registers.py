"""Words of the registers as configuration: levels, classes, causes, signs (名录用语)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from diming.handbook.entries import Entry
from diming.handbook.own import merged
from diming.handbook.titled import Titled, titled

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Word(Titled):
    """A word with what else people write for it (用语)."""

    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use(Word):
    """How a protected name is used, and what follows (使用状况)."""

    #: Acts it may not suffer.
    forbids: tuple[str, ...] = ()
    consequence_zh: str = ""
    consequence_en: str = ""

    def consequence(self, lang: str | None) -> str:
        """Return what follows, in words."""
        return self.consequence_zh if lang == "zh" else self.consequence_en


@dataclass(frozen=True, slots=True)
class SignKind(Word):
    """A kind of sign (标志类型); `text` is ``equal`` or ``begins``."""

    text: str = "equal"


@dataclass(frozen=True, slots=True)
class SignState(Word):
    """How a sign was found (标志状况)."""

    stands: bool = False
    due: bool = False


W = TypeVar("W", bound=Word)


@dataclass(frozen=True, slots=True)
class Registers:
    """All of them, by id."""

    levels: Mapping[str, Word]
    classes: Mapping[str, Word]
    uses: Mapping[str, Use]
    causes: Mapping[str, Word]
    signs: Mapping[str, SignKind]
    sign_states: Mapping[str, SignState]
    patrol_days: int
    foreign_words: frozenset[str]
    basis: str


def word_meant(words: Mapping[str, W], text: str) -> W | None:
    """Return the entry that a text means: its id, a title, or another word for it.

    Examples
    --------
    >>> word_meant(load_registers().causes, "城市建设").id
    'construction'
    """
    wanted = _even(text)
    for one in words.values():
        if wanted and wanted in map(_even, (one.id, one.zh, one.en, *one.words)):
            return one
    return None


def cause_meant(causes: Mapping[str, Word], text: str) -> Word | None:
    """Return the cause that a text means, also in a phrase: 三峡水库淹没; None if it tells several.

    Examples
    --------
    >>> cause_meant(load_registers().causes, "2003年因三峡水库蓄水淹没").id
    'reservoir'
    >>> cause_meant(load_registers().causes, "三峡移民建设")  # drowned, or built over?
    """
    exact = word_meant(causes, text)
    if exact is not None:
        return exact
    said = _even(text)
    found = [
        c for c in causes.values() if any(w and w in said for w in map(_even, (c.zh, *c.words)))
    ]
    return found[0] if len(found) == 1 else None


def _even(text: str) -> str:
    return text.strip().lower().replace("（", "(").replace("）", ")").replace(" ", "")


def load_registers(path: str | Path | None = None) -> Registers:
    """Return the words, with the user's own entries (``[[registers.cause]]`` …) over them.

    Raises
    ------
    UsageError
        If an entry is not understood.
    """
    entries, settings, where = merged(
        "registers", ("level", "class", "use", "cause", "sign", "sign_state"), path
    )

    def each(kind: str, *more: str) -> dict[str, Entry]:
        found = {k: Entry(v, f"{kind} {k}", where) for k, v in entries[kind].items()}
        for one in found.values():
            one.only("id", "zh", "en", "basis", "verified_on", "words", *more)
        return found

    def plain(kind: str) -> dict[str, Word]:
        return {k: Word(**titled(f), words=f.texts("words")) for k, f in each(kind).items()}

    uses = {
        k: Use(
            **titled(f), words=f.texts("words"), forbids=f.texts("forbids"),
            consequence_zh=f.text("consequence_zh", ""),
            consequence_en=f.text("consequence_en", ""),
        )
        for k, f in each("use", "forbids", "consequence_zh", "consequence_en").items()
    }  # fmt: skip
    signs = {}
    for k, f in each("sign", "text").items():
        if (how := f.text("text", "equal")) not in ("equal", "begins"):
            raise f.wrong("text")
        signs[k] = SignKind(**titled(f), words=f.texts("words"), text=how)
    states = {
        k: SignState(
            **titled(f), words=f.texts("words"), stands=f.flag("stands"), due=f.flag("due")
        )
        for k, f in each("sign_state", "stands", "due").items()
    }
    top = Entry(settings, "settings", where)
    top.only("patrol_days", "foreign_words", "basis", "verified_on")
    days = top.whole("patrol_days")
    if days is None:
        raise top.wrong("patrol_days")
    return Registers(
        plain("level"), plain("class"), uses, plain("cause"), signs, states, days,
        frozenset(top.texts("foreign_words")), top.text("basis", ""),
    )  # fmt: skip
