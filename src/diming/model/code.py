"""The grammar of division codes (区划代码).

A code is read in groups: province 2 digits, prefecture 2, county 2, township 3,
village 3. Zeros on the right are padding, so ``50``, ``500000`` and
``500000000000`` name the same division. The last group that is not zero tells
the level. There is no check digit: whether a code was ever issued is for the
code tables to say, not for the grammar.
"""

from __future__ import annotations

from dataclasses import dataclass

from diming.model.unit import Level

#: How codes may be read (``--code-system``): whose they are, decided by the national table
#: (auto), or that they are no division codes (none).
CODE_SYSTEMS = ("auto", "ministry", "nbs", "none")

#: How many digits a code may have: 2, 4 and 6 to the county, 9 to the township, 12 to the village.
LENGTHS = (2, 4, 6, 9, 12)

#: Where each level's group ends, counted in digits from the left.
ENDS: dict[Level, int] = {
    Level.PROVINCE: 2,
    Level.PREFECTURE: 4,
    Level.COUNTY: 6,
    Level.TOWNSHIP: 9,
    Level.VILLAGE: 12,
}

#: Provinces that are municipalities (直辖市): 北京, 天津, 上海, 重庆.
MUNICIPALITIES = ("11", "12", "31", "50")

#: Prefecture groups of a municipality that gather units but are no division:
#: 01 districts, 02 counties, 03 county-level cities (until 2006).
GATHERED_IN_MUNICIPALITY = ("01", "02", "03")

#: Prefecture group of counties governed by the province itself (省直辖县级).
DIRECT = "90"

_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True, slots=True, order=True)
class Code:
    """A division code, whatever system and padding it was written in.

    Attributes
    ----------
    digits : str
        Six digits down to the county, nine for a township, twelve for a
        village; equal codes of one division are equal values.

    Examples
    --------
    >>> parse_code("500101000000") == parse_code("500101")
    True
    """

    digits: str

    @property
    def level(self) -> Level:
        """Level that the last group other than zero belongs to."""
        return level_of(self.digits)

    @property
    def significant(self) -> str:
        """Return the digits without padding: what the codes of all units below begin with."""
        return self.digits[: ENDS[self.level]]

    @property
    def is_summary_row(self) -> bool:
        """Tell whether this is a heading of statistical tables, not a division (汇总行).

        ``500100`` gathers the districts of 重庆, ``429000`` the counties
        governed by 湖北 itself.
        """
        if self.level is not Level.PREFECTURE:
            return False
        province, group = self.digits[:2], self.digits[2:4]
        return group == DIRECT or (province in MUNICIPALITIES and group in GATHERED_IN_MUNICIPALITY)

    def prefix(self, level: Level) -> Code:
        """Return the code of the division of `level` that this one lies in.

        Raises
        ------
        ValueError
            If `level` is below the code's own.

        Examples
        --------
        >>> parse_code("500101001").prefix(Level.COUNTY).digits
        '500101'
        """
        if level is Level.UNKNOWN or level > self.level:
            raise ValueError(f"{self.digits} has no prefix of level {level}")
        return _canonical(self.digits[: ENDS[level]])

    @property
    def parent(self) -> Code | None:
        """Code of the next division above; None above a province.

        Empty groups and summary rows are passed over.

        Examples
        --------
        >>> parse_code("500101").parent.digits
        '500000'
        >>> parse_code("441900003").parent.digits
        '441900'
        """
        if self.level is Level.PROVINCE:
            return None
        above = self.prefix(Level(self.level - 1))
        return above.parent if above.is_summary_row else above

    def padded(self, length: int) -> str:
        """Write the code with `length` digits, as statistical tables do with twelve.

        Raises
        ------
        ValueError
            If `length` is no length of a code or too short for this one.
        """
        if length not in LENGTHS or length < len(self.significant):
            raise ValueError(f"{self.digits} cannot be written with {length} digits")
        return self.significant.ljust(length, "0")

    def __str__(self) -> str:
        return self.digits


def tidy(text: str) -> str:
    """Take from a code what spreadsheets and input methods add to it.

    Spaces around it, full-width digits, and the ``.0`` of a number column.

    Examples
    --------
    >>> tidy(" ５００１０１.0")
    '500101'
    """
    return text.strip().translate(_WIDE_DIGITS).removesuffix(".0")


def fault(text: str) -> str | None:
    """Say what keeps a text from being a well-written code.

    Returns
    -------
    str or None
        ``characters`` where there is anything but the digits 0-9, ``length``
        where their number is wrong, None where the form is right.

    Examples
    --------
    >>> fault("50010１"), fault("50010"), fault("500101")
    ('characters', 'length', None)
    """
    if not (text.isascii() and text.isdecimal()):
        return "characters"
    return None if len(text) in LENGTHS else "length"


def parse_code(text: str) -> Code | None:
    """Read a code; None where even the tidied text is none.

    No province begins with 0, so ``01273`` and ``010203`` are foreign.

    Examples
    --------
    >>> parse_code("5001").digits, parse_code("500101001000").level
    ('500100', <Level.TOWNSHIP: 4>)
    >>> parse_code("10014020") is None
    True
    """
    digits = tidy(text)
    if fault(digits) is not None or digits.startswith("0"):
        return None
    return _canonical(digits)


def level_of(digits: str) -> Level:
    """Return the level of the last group that is not zero; 0 for zeros alone."""
    used = len(digits[:12].rstrip("0"))
    if used == 0:
        return Level.UNKNOWN
    return next(level for level, end in ENDS.items() if used <= end)


def _canonical(digits: str) -> Code:
    length = max(6, ENDS[level_of(digits)])
    return Code(digits[:length].ljust(length, "0"))
