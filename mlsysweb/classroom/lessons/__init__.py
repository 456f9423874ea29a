"""Lessons: documents of frames that explain, show live figures, run a demo and ask a question."""
