"""One question has one answer: the same figure asked wherever it is shown."""
