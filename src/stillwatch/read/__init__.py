"""Logs in, digested exchanges out: the only step that ever holds a customer's text."""
