"""Great Expectations at the two borders: what lands, and what is about to leave.

Belongs here: did something that we do not own change? One module a border (landed, published) says what is expected;
`engine` runs it. Does not: business rules that dbt tests, or the verdict (gate).
"""
