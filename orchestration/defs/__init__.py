"""The Dagster side: assets, checks, job and schedule around the plain steps of a run.

Belongs here: one module a part of the graph (landed, warehouse, publication, schedule), and what they share (common).
Does not: the work of a run (pipeline and what it calls).
"""
