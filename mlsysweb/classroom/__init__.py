"""The classroom: lessons, questions with marked answers, and live class sessions."""
