-- Rows as Fivetran's OpenAI connector loads them, invented: columns of the published layout that the queries read.
create table loaded.codex_usage (
    start_time timestamp with time zone, user_id varchar, actor_email varchar, total_thread bigint, total_turn bigint,
    total_credit double precision, _fivetran_deleted boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.codex_usage values
    ('2026-11-02 00:00:00+00', 'user-1', 'ada@acme.example', 3, 14, 0.5, false, '2026-11-03 06:00:00+00');

create table loaded.codex_usage_model (
    codex_usage_start_time timestamp with time zone, codex_usage_user_id varchar, model varchar, speed varchar,
    uncached_text_input_token bigint, cached_text_input_token bigint, text_output_token bigint, credit double precision,
    _fivetran_deleted boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.codex_usage_model values
    ('2026-11-02 00:00:00+00', 'user-1', 'gpt-5.1-codex', 'standard', 100, 400, 30, 0.2, false, '2026-11-03 06:00:00+00'),
    ('2026-11-02 00:00:00+00', 'user-1', 'gpt-5.1-codex', 'fast', 10, 40, 3, 0.3, false, '2026-11-03 09:00:00+00');
