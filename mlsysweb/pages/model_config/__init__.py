"""A model from its Hugging Face `config.json`: the keys that were read, the figures, and a link to save them."""
