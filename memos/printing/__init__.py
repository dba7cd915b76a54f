"""How a memo looks on paper: the sheet (memo.typ), the signs its fonts have, the values it gets."""
