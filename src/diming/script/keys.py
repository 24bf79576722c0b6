"""By which keys a name is found although a character is wrong (检索键)."""

from __future__ import annotations

from hashlib import blake2b


def term_keys(text: str, syllables: str) -> list[int]:
    """Return the keys that a term is kept under, in ascending order.

    Parameters
    ----------
    text : str
        Folded, see `diming.script.fold`.
    syllables : str
        Its reading without tones, spaces between.
    """
    said = syllables.split()
    found = {_key("t", text), *(_key("b", text[i : i + 2]) for i in range(len(text) - 1))}
    found |= {_key("t", text[:i] + text[i + 1 :]) for i in range(len(text)) if len(text) > 1}
    if said:
        found |= {_key("s", "".join(said)), _key("i", "".join(s[0] for s in said))}
    return sorted(found)


def _key(of: str, text: str) -> int:
    said = f"{of}{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=6).digest(), "big")
