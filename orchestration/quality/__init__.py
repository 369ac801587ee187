"""Great Expectations at the two checkpoints: what lands, and what is about to leave.

Belongs here: did something that we do not own change? One module a checkpoint (`landed`, `published`) says what is
expected; `gx` runs it. Does not: business rules that dbt tests, or the verdict (gate).
"""
