"""Arrays in, arrays out: the chain, its faces, and the ground they lie on."""
