"""Live class sessions: phases, participants, answers and results."""
