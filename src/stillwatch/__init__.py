"""Stillwatch finds, stops and proves industrial-scale unauthorised distillation of language models."""

__version__ = "0.1.0"
