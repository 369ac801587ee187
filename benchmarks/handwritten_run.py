"""The yardstick: one run of session logs by hand, in plain DuckDB SQL, as one would write it in an afternoon.

JSON lines -> zstd Parquet -> one row per answer -> tokens per account, day and model, replacing that day in a table.
No contract, no pseudonyms, no quarantine, no tests, no gate, no publication: what the warehouse adds is the rest.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

COLUMNS = """{
    timestamp: 'TIMESTAMP', sessionId: 'VARCHAR', requestId: 'VARCHAR', isSidechain: 'BOOLEAN',
    message: 'STRUCT(id VARCHAR, model VARCHAR, usage STRUCT(input_tokens BIGINT, output_tokens BIGINT,
        cache_creation_input_tokens BIGINT, cache_read_input_tokens BIGINT, speed VARCHAR))'
}"""


def run(logs: Path, folder: Path, day: str) -> tuple[int, int]:
    """Answers and tokens of the day."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(folder / "run.duckdb"), config={"memory_limit": "3GB", "threads": 2})
    connection.execute("set preserve_insertion_order = false")
    connection.execute(f"""
        copy (
            select filename, timestamp, "requestId" as request_id, "isSidechain" as is_sidechain,
                message.id as message_id,
                message.model as model, message.usage.input_tokens, message.usage.output_tokens,
                message.usage.cache_creation_input_tokens, message.usage.cache_read_input_tokens
            from read_json('{logs}/**/*.jsonl', columns = {COLUMNS}, filename = true, format = 'newline_delimited')
        ) to '{folder}/{day}.parquet' (format parquet, compression zstd)
    """)
    connection.execute("""
        create table if not exists account_days (
            account varchar, usage_date date, model varchar, answers bigint, input_tokens bigint, output_tokens bigint,
            cache_write_tokens bigint, cache_read_tokens bigint
        )
    """)
    connection.execute("delete from account_days where usage_date = ?", [day])
    connection.execute(f"""
        insert into account_days
        with answers as (
            select * from read_parquet('{folder}/{day}.parquet')
            qualify row_number() over (
                partition by message_id, request_id order by is_sidechain, output_tokens desc
            ) = 1
        )
        select filename, timestamp::date, model, count(*), sum(input_tokens), sum(output_tokens),
            sum(cache_creation_input_tokens), sum(cache_read_input_tokens)
        from answers
        group by all
    """)
    row = connection.execute(
        "select sum(answers), sum(input_tokens + output_tokens + cache_write_tokens + cache_read_tokens) "
        "from account_days"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


if __name__ == "__main__":
    print(*run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
