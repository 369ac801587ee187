"""The warehouse: what dbt reads, dbt itself, and the record of a build.

`inputs` decides which landed files a run sees; `run_tables` and one module an engine (`duckdb_relations`,
`spark_relations`) turn that into relations; `dbt_runner` calls dbt in this process, `dbt_results` holds its
results, `dbt_manifest` reads its parsed project, `build_record` keeps the report of each step. Nothing here knows a
source, evaluates a result or publishes.
"""
