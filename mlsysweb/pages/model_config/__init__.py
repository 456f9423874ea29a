"""A model from its Hugging Face `config.json`: what was read of it, what it comes to, and a form to save it with."""
