-- Rows as Fivetran's Claude connector loads them, invented: columns of the published layout that the queries read.
create table loaded.claude_code_usage_report (
    _fivetran_id varchar, "date" timestamp with time zone, customer_type varchar, terminal_type varchar, actor_type varchar,
    actor_email_address varchar, actor_api_key_name varchar, core_metrics_num_sessions bigint,
    _fivetran_deleted boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.claude_code_usage_report values
    ('r1', '2026-11-02 00:00:00+00', 'api', 'vscode', 'user_actor', 'ada@acme.example', null, 4, false, '2026-11-03 06:00:00+00'),
    ('r2', '2026-11-02 00:00:00+00', 'api', 'iTerm', 'user_actor', 'ada@acme.example', null, 1, null, '2026-11-03 07:00:00+00'),
    ('r3', '2026-11-02 00:00:00+00', 'api', 'ci', 'api_actor', null, 'nightly-key', 2, false, '2026-11-03 06:00:00+00'),
    ('r4', '2026-11-03 00:00:00+00', 'subscription', 'vscode', 'user_actor', 'bo@acme.example', null, 3, true, '2026-11-05 06:00:00+00');

create table loaded.claude_code_usage_report_model_breakdown (
    claude_code_usage_report_fivetran_id varchar, model varchar, tokens_input bigint, tokens_output bigint,
    tokens_cache_read bigint, tokens_cache_creation bigint, estimated_cost_amount decimal(18, 4),
    estimated_cost_currency varchar, _fivetran_deleted boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.claude_code_usage_report_model_breakdown values
    ('r1', 'claude-opus-5', 100, 20, 5000, 300, 125, 'USD', false, '2026-11-03 06:00:00+00'),
    ('r2', 'claude-opus-5', 10, 2, 500, 30, 25.5, 'USD', false, '2026-11-03 07:00:00+00'),
    ('r1', 'claude-haiku-5', 7, 1, 0, 0, 3, 'EUR', false, '2026-11-03 06:00:00+00'),
    ('r1', 'claude-sonnet-5', 9, 9, 9, 9, 9, 'USD', true, '2026-11-04 06:00:00+00');

create table loaded.cost_report (
    _fivetran_id varchar, workspace_id varchar, amount varchar, cost_type varchar, currency varchar, model varchar,
    starting_at timestamp with time zone, ending_at timestamp with time zone, _fivetran_deleted boolean,
    _fivetran_synced timestamp with time zone
);
insert into loaded.cost_report values
    ('c1', 'ws1', '1234.5', 'tokens', 'USD', 'claude-opus-5', '2026-11-02 00:00:00+00', '2026-11-03 00:00:00+00', false, '2026-11-03 06:00:00+00'),
    ('c2', 'ws1', '65.5', 'web_search', 'USD', null, '2026-11-02 00:00:00+00', '2026-11-03 00:00:00+00', null, '2026-11-03 06:00:00+00'),
    ('c3', null, '10', 'tokens', 'USD', null, '2026-11-02 00:00:00+00', '2026-11-03 00:00:00+00', false, '2026-11-03 06:00:00+00');
