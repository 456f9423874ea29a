"""The interface of solvers at a Python prompt: values as text with units, formatted answers, tables.

    call.py           values as text, slugs or numbers → validated inputs → outputs
    solution.py       the complete answer to a question: verdict, notes, working
    documentation.py  `help(roofline)`, from the declaration
    display.py        how solvers, outputs and specs are displayed
    table.py          columns with units, for sweeps and searches
    sweep.py          all combinations of values along some inputs

Parsing and display belong here, computation does not. Solvers import this package by name, on first use.
"""
