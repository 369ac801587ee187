"""Files that survive a crash: atomic writes, the writer lock, crash points for tests, and DuckDB relations.

Knows nothing of sources, models or publications.
"""
