"""The About page: what the site is, how to teach with it, its data and licences, and how to cite it."""
