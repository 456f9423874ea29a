"""What a person at a Python prompt meets: text with units in a call, answers in words, tables.

    call.py           values as a person writes them → checked inputs → outputs
    solution.py       one question's whole answer: verdict, notes, working
    documentation.py  `help(roofline)`, from the declaration
    display.py        how solvers, outputs and specs show themselves
    table.py          columns with their units, for sweeps and searches
    sweep.py          every combination of the values along some inputs

What belongs here reads and shows; it computes nothing a wall does not. A solver reaches it by name when it is called.
"""
