"""Great Expectations at the two checkpoints: what lands, and what would be published.

Belongs here: did something that we do not own change? One module a checkpoint (`landed`, `published`) declares what is
expected; `gx` runs it. Does not: business rules, which dbt tests; the decision (gate).
"""
