"""The glossary: the terms a student meets on the pages, with definitions of one or two sentences."""
