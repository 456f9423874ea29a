"""Formulae that two walls or more share: arrays in, arrays out, SI, nothing declared, nothing raised.

Copy the docstrings of `transformer.py`: a sentence, each argument with its symbol and unit, the source.
"""
