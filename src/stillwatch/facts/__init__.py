"""The nouns that pass between steps: frozen, documented, typed."""
