"""khaka (खाका, the blueprint of a seat): candidate selection with open eyes."""

__version__ = "0.1.0"
