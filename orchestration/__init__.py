"""Counterpoise: ingest AI usage and engineering outcomes, build tested marts, publish them only together."""

__version__ = "0.1.0"
