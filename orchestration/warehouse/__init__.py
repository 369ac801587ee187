"""The warehouse: what dbt reads, dbt itself, and the record of a build.

`inputs` decides which landed files a run sees; `run_tables` and one module an engine (`duckdb_relations`,
`spark_relations`) turn that into relations; `dbt_runner` calls dbt in this process, `dbt_manifest` reads its parsed
project, `build_record` keeps what each step said. Nothing here knows a source, judges a result or publishes.
"""
