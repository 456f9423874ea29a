"""The fleet design challenge: a brief, a design, every constraint scored live; the front only after submitting."""
