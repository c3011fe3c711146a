"""Readers, one file a published format, each giving canonical tables."""
