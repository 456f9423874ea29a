"""Calibrate: the constants of a chip, fitted to measured times and power that a visitor pastes."""
