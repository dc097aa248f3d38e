"""Summaries to ties, ties to groups, and whether chance would make them."""
