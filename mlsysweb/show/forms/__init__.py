"""Forms drawn from a wall's declaration. They show the typed text and its errors; they do not validate."""
