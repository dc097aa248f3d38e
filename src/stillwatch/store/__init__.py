"""Where facts rest: secrets, lists, and results on disk."""
