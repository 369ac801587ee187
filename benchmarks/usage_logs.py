"""Session logs for measuring: as many usage lines as asked, in the shape that Claude Code writes them.

Belongs here: making the input. Half a percent of the lines repeat another line's answer, as real logs do.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

LINE = """
    select
        'assistant' as type,
        strftime(timestamp '{day} 06:00:00' + interval (n % 50000) second, '%Y-%m-%dT%H:%M:%S.000Z') as "timestamp",
        'session-' || (n // 40) as "sessionId",
        'req_' || (n - (n % 200 = 199)::int) as "requestId",
        '2.1.328' as version,
        '/repo' as cwd,
        false as "isSidechain",
        {{
            'id': 'msg_{account}_' || (n - (n % 200 = 199)::int),
            'role': 'assistant',
            'model': case n % 3 when 0 then 'claude-sonnet-5' else 'claude-opus-5' end,
            'usage': {{
                'input_tokens': 100 + n % 900,
                'output_tokens': 50 + n % 700,
                'cache_creation_input_tokens': n % 4000,
                'cache_read_input_tokens': n % 90000,
                'cache_creation': {{
                    'ephemeral_5m_input_tokens': n % 4000, 'ephemeral_1h_input_tokens': 0
                }},
                'speed': 'standard'
            }}
        }} as message
    from range({lines}) as numbers (n)
"""


def write_logs(root: Path, day: str, lines: int, accounts: int) -> int:
    """Write `lines` usage lines of one day, spread over `accounts` accounts; returns the bytes written."""
    each = lines // accounts
    for account in range(accounts):
        folder = root / f"person{account:03}@acme.example" / "projects" / "repo"
        folder.mkdir(parents=True, exist_ok=True)
        query = LINE.format(day=day, account=account, lines=each)
        duckdb.sql(f"copy ({query}) to '{folder / f'{day}.jsonl'}' (format json)")
    return sum(file.stat().st_size for file in root.rglob("*.jsonl"))
