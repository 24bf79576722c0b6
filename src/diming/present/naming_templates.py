"""What findings on proposed names say, and what to do about them (命名审查用语)."""

from __future__ import annotations

from diming.model.rule import NAMING_RULES
from diming.present.language import N_, Template

NAMING_TITLES: dict[str, str] = {
    "naming-n1": N_("Meaning of a name"),
    "naming-n2": N_("Name against area, size and kind"),
    "naming-n3": N_("Characters of a name"),
    "naming-n4": N_("Names of persons"),
    "naming-n5": N_("Foreign names"),
    "naming-n6": N_("Names of companies and brands"),
    "naming-n7": N_("Unique in the country"),
    "naming-n8": N_("Unique within its scope"),
    "naming-n9": N_("Specific part of a division's name"),
    "naming-n10": N_("Facility and the name of its place"),
    "naming-local": N_("Local rule for names"),
}

#: By reason: which rule has which is for the handbook to say.
_SENTENCES: dict[str, Template] = {
    "word": N_("“{proposed}” holds {words}"),
    "doubtful": N_("“{proposed}” holds {words}, which may mean something else"),
    "meaning": N_(
        "“{proposed}”: no word of the list was found; whether its meaning is clear and "
        "healthy is for people to judge"
    ),
    "person": N_(
        "“{proposed}”: no leader's name of the list was found; whether a person is meant "
        "is for people to judge"
    ),
    "foreign": N_(
        "“{proposed}”: no foreign name of the list was found; whether one is rendered "
        "is for people to judge"
    ),
    "brand": N_(
        "“{proposed}”: no company or brand of the list was found; whether one is meant "
        "is for people to judge"
    ),
    "division": N_(
        "“{proposed}”: whether its specific part is famous nature, heritage or a "
        "feature beyond the division is for people to judge"
    ),
    "facility": N_(
        "“{proposed}”: whether it agrees with the name of its place is for people to judge"
    ),
    "variant": N_(
        "“{proposed}”: {characters} ({code_points}): traditional or variant, standard is {standard}"
    ),
    "rare": N_(
        "“{proposed}”: {characters} ({code_points}): not in the table of standard "
        "characters (通用规范汉字表)"
    ),
    "uncommon": N_(
        "“{proposed}”: {characters} ({code_points}): in the third level of the table of "
        "standard characters, those of names and science; few can read or type it"
    ),
    "script": N_("“{proposed}” holds letters that are no Chinese characters: {characters}"),
    "punctuation": N_("“{proposed}” holds punctuation, spaces or signs: {code_points}"),
    "digits": N_("“{proposed}” holds digits: {characters}"),
    "length": N_(
        "“{proposed}”: the specific part {specific} has {characters_count} characters, "
        "at most {most_count} are allowed"
    ),
    "kind": N_("“{proposed}” ends with {term}, which is no generic term of its class ({terms})"),
    "no-generic": N_("“{proposed}” ends with no generic term of its class ({terms})"),
    "green": N_("“{proposed}”: {term} needs {least} of green, and has {share}"),
    "area": N_("“{proposed}”: {term} needs {least}, and has {area}"),
    "width": N_("“{proposed}”: {term} needs a width of {least}, and has {width}"),
    "green-unknown": N_(
        "“{proposed}”: {term} needs {least} of green; how much there is was not said"
    ),
    "area-unknown": N_("“{proposed}”: {term} needs {least}; how large it is was not said"),
    "width-unknown": N_(
        "“{proposed}”: {term} needs a width of {least}; how wide it is was not said"
    ),
    "exact": N_("“{proposed}” is borne already by {units}"),
    "specific": N_("“{proposed}” has the same specific part as {units}"),
    "homophone": N_("“{proposed}” sounds the same as {units}"),
    "homophone-specific": N_("“{proposed}”: its specific part sounds the same as that of {units}"),
    "near": N_("“{proposed}” sounds like {units} where local speech does not tell sounds apart"),
    "former": N_("“{proposed}” was borne by {units}, and is no longer"),
    "reserved": N_("“{proposed}” is a protected name, that of {units}, not in use now"),
    "scope-unknown": N_(
        "“{proposed}” was not compared with other names: within what it must be unique is not known"
    ),
}

_HINTS: dict[str, str] = {
    "word": N_(
        "Choose a name without it; if it is right all the same, say why in the application."
    ),
    "doubtful": N_("Say in the application what is meant by it."),
    "meaning": N_("Read it aloud, in the local speech too, and ask who lives there."),
    "person": N_("Ask where the name comes from; names of persons are as a rule not taken."),
    "foreign": N_("Ask where the name comes from, and whether it renders a foreign word."),
    "brand": N_("Look it up among companies and trade marks, that of the builder first."),
    "division": N_("Hold it against nature, heritage and higher units beyond its own ground."),
    "facility": N_(
        "Hold it against the names of the settlement, the street and the division there."
    ),
    "variant": N_("Write it in standard characters."),
    "rare": N_("Write it in standard characters; take another character if there is none."),
    "uncommon": N_("Take a common character, unless people there have always written it so."),
    "script": N_("Write it in standard Chinese characters."),
    "punctuation": N_("Leave it out."),
    "digits": N_("Leave them out; ordinals of streets may be written in characters."),
    "length": N_("Shorten it."),
    "kind": N_("Take a generic term of its class, or correct the class."),
    "no-generic": N_("Add a generic term of its class, or correct the class."),
    "green": N_("Take a generic term that fits what will be there."),
    "area": N_("Take a generic term that fits what will be there."),
    "width": N_("Take a generic term that fits what will be there."),
    "green-unknown": N_("Give the share of green: --green-share."),
    "area-unknown": N_("Give the area: --area-m2."),
    "width-unknown": N_("Give the width: --width-m."),
    "exact": N_("Choose another name. Names that stand already are left as they are."),
    "specific": N_("Choose another specific part, unless both are one place."),
    "homophone": N_("Choose a name that sounds different; homophones are to be avoided."),
    "homophone-specific": N_("Choose a specific part that sounds different."),
    "near": N_("Say it aloud in the local speech; it may be mistaken over the telephone."),
    "former": N_("It is free; see that people will not take the new place for the old one."),
    "reserved": N_("Protected names that are not in use are used again first, near their place."),
    "scope-unknown": N_("Name the unit it is to lie in, and an archive that has the units there."),
}

NAMING_MESSAGES: dict[str, Template] = {
    f"{rule}:{reason}": said for rule in NAMING_RULES for reason, said in _SENTENCES.items()
}
NAMING_HINTS: dict[str, str] = {
    f"{rule}:{reason}": said for rule in NAMING_RULES for reason, said in _HINTS.items()
}

#: What is added to a sentence on a proposed name.
NAMING_CLAUSES: dict[str, Template] = {
    "above": N_("in {above}"),
    "since": N_("since {since}"),
    "until": N_("until {until}"),
    "distance": N_("{distance} away"),
    "between": N_("{distance} away (measured between {between})"),
    "beyond": N_("the article names townships and towns, not {beyond}"),
    "cited": N_("rests on {cited}"),
    "superseded": N_("replaced by {superseded}, whose values are not known here"),
}

#: Which clauses, in order; the same for all rules.
_IN_ORDER = ("above", "since", "until", "distance", "between", "beyond", "cited", "superseded")
NAMING_RULE_CLAUSES: dict[str, tuple[str, ...]] = dict.fromkeys(NAMING_RULES, _IN_ORDER)


#: Classes of names, as people call them.
CLASS_TITLES: dict[str, str] = {
    "county": N_("division from the county up"),
    "township": N_("township, town or subdistrict"),
    "village": N_("village or community"),
    "street": N_("street"),
    "housing": N_("housing or building"),
    "square": N_("square"),
    "park": N_("park or protected area"),
    "facility": N_("facility"),
    "nature": N_("natural feature"),
    "other": N_("other place"),
}

#: Within what names are compared.
SCOPE_TITLES: dict[str, str] = {
    "country": N_("the whole country, from the county up since 1981"),
    "province": N_("the province {name}"),
    "county": N_("the county {name}"),
    "built-up": N_("the built-up area, for which {name} stands"),
}
