"""The kinds of questions: one module each, with its reading, marking and summary of answers."""
