"""Claims that visitors add: where each is from, the page that computes it, and the verdict."""
