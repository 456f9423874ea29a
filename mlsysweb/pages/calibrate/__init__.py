"""Calibrate: the constants of a chip, fitted to measured times of serving that a visitor pastes."""
