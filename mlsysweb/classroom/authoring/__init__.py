"""Lessons that visitors write: stored, copied, exchanged as files, edited frame by frame."""
