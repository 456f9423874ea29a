"""The gallery of a class: the designs handed in with their figures and votes, ranked, and on a chart."""
