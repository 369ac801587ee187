-- Rows as Fivetran's Claude connector loads them, invented: columns of the published layout that the queries read.
create table loaded.enterprise_user_actor (id varchar, email varchar, name varchar, deleted boolean);
insert into loaded.enterprise_user_actor values ('u1', 'ada@acme.example', 'secret', false), ('u2', null, 'Deleted User', true);

create table loaded.enterprise_user_usage_report (
    actor_user_id varchar, starting_date timestamp with time zone, product varchar, model varchar,
    uncached_input_token bigint, cache_read_input_token bigint, cache_creation_ephemeral_5_m_input_token bigint,
    cache_creation_ephemeral_1_h_input_token bigint, output_token bigint, total_token bigint, request bigint,
    _fivetran_deleted boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.enterprise_user_usage_report values
    ('u1', '2026-11-02 00:00:00+00', 'claude_code', 'claude-opus-5', 100, 5000, 200, 50, 20, 5370, 12, false, '2026-11-03 06:00:00+00'),
    ('u1', '2026-11-02 00:00:00+00', 'chat', 'claude-opus-5', 10, 0, null, null, 5, 15, 3, false, '2026-11-03 06:00:00+00'),
    ('u2', '2026-11-02 00:00:00+00', 'chat', 'claude-opus-5', 1, 2, 3, 4, 5, 15, 1, true, '2026-11-04 06:00:00+00');

create table loaded.enterprise_user_cost_report (
    actor_user_id varchar, starting_date timestamp with time zone, product varchar, model varchar, cost_type varchar,
    token_type varchar, amount decimal(18, 6), list_amount decimal(18, 6), currency varchar, _fivetran_deleted boolean,
    _fivetran_synced timestamp with time zone
);
insert into loaded.enterprise_user_cost_report values
    ('u1', '2026-11-02 00:00:00+00', 'claude_code', 'claude-opus-5', 'tokens', 'output_tokens', 150.25, 160, 'USD', false, '2026-11-03 08:00:00+00'),
    ('u1', '2026-11-02 00:00:00+00', 'chat', 'claude-opus-5', 'web_search', null, 49.75, 50, 'USD', false, '2026-11-03 06:00:00+00');

create table loaded.enterprise_user_activity (
    user_id varchar, "date" date, chat_metrics_message_count bigint, cowork_metrics_message_count bigint,
    design_metrics_message_count bigint, office_metrics_excel_message_count bigint,
    office_metrics_outlook_message_count bigint, office_metrics_powerpoint_message_count bigint,
    office_metrics_word_message_count bigint, claude_code_metrics_core_metrics_distinct_session_count bigint,
    cowork_metrics_distinct_session_count bigint, design_metrics_distinct_session_count bigint,
    claude_code_metrics_tool_actions_edit_tool_accepted_count bigint,
    claude_code_metrics_tool_actions_multi_edit_tool_accepted_count bigint,
    claude_code_metrics_tool_actions_notebook_edit_tool_accepted_count bigint,
    claude_code_metrics_tool_actions_write_tool_accepted_count bigint, _fivetran_deleted boolean,
    _fivetran_synced timestamp with time zone
);
insert into loaded.enterprise_user_activity values
    ('u1', '2026-11-02', 3, 20, 0, null, 0, 0, 1, 4, 2, null, 7, 1, 0, 2, false, '2026-11-03 06:00:00+00');
