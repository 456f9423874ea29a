"""Forms drawn from a wall's declaration. They show what was typed and what is wrong with it; they never validate."""
