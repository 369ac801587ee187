"""The Dagster side: assets, checks, job and schedule around the plain steps of a night.

Belongs here: one module a part of the graph (landed, warehouse, publication, schedule), and what they share (common).
Does not: any work of a night (night.py and what it calls).
"""
