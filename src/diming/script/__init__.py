"""What stands written: characters, readings, spellings and dates in words (文字).

Strings in, strings out. Nothing here knows of archives or files.

- ``fold``: one spelling for all ways to write the same (简繁, width, case)
- ``reading``: how characters are read, the table of readings before any dictionary
- ``parting``: where a name parts into specific and generic
- ``romanise``: spelling in letters by the rules of 1984
- ``keys``: by which keys a name is found although a character is wrong
- ``tongue``: in which language and script a name is
- ``dates``: dates as sources write them, from EDTF to 清乾隆年间
"""
