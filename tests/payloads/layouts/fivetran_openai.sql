-- Rows as Fivetran's OpenAI connector loads them, invented: columns of the published layout that the queries read.
create table loaded.users (id varchar, email varchar, name varchar, _fivetran_deleted boolean);
insert into loaded.users values ('user-1', 'ada@acme.example', 'secret', false);

create table loaded.completion (
    _fivetran_id varchar, project_id varchar, user_id varchar, api_key_id varchar, model varchar, input_token bigint,
    input_cached_token bigint, output_token bigint, num_model_request bigint, start_time bigint,
    _fivetran_deleted boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.completion values
    ('a', 'p1', 'user-1', 'k1', 'gpt-5', 1000, 400, 50, 4, 1793577600, false, '2026-11-03 06:00:00+00'),
    ('b', 'p2', 'user-1', 'k2', 'gpt-5', 100, null, 5, 1, 1793577600, false, '2026-11-03 07:00:00+00'),
    ('c', 'p1', null, 'k1', 'gpt-5', 10, 0, 1, 1, 1793577600, null, '2026-11-03 06:00:00+00'),
    ('d', 'p1', 'user-1', 'k1', 'gpt-4', 10, 0, 1, 1, 1793577600, true, '2026-11-03 06:00:00+00');

create table loaded.cost (
    _fivetran_id varchar, project_id varchar, line_item varchar, amount_value varchar, amount_currency varchar,
    start_time bigint, _fivetran_deleted boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.cost values
    ('x', 'p1', 'gpt-5, input', '1.25', 'usd', 1793577600, false, '2026-11-03 06:00:00+00'),
    ('y', 'p1', 'gpt-5, output', '2.5e-01', 'usd', 1793577600, false, '2026-11-03 06:00:00+00'),
    ('z', 'p2', 'gpt-5, input', '9', 'usd', 1793577600, true, '2026-11-03 06:00:00+00');
