"""Reasons in words: one file of templates per language, with the same ids and the same placeholders."""
