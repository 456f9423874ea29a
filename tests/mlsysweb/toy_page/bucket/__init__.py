"""A page as small as one can be that has a form and can be saved."""
