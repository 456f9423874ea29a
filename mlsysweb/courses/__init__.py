"""Courses: an instructor's lasting classes, which students join by a link, and the roles of accounts."""
