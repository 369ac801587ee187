-- Rows as Airbyte's PagerDuty source loads them, invented: columns of the published schema that the query reads.
create table loaded.incidents (
    _airbyte_extracted_at timestamp with time zone, id varchar, status varchar, urgency varchar, title varchar,
    service json, priority json, created_at varchar, last_status_change_at varchar
);
insert into loaded.incidents values
    ('2026-11-07 09:00:00+00', 'Q1', 'resolved', 'high', 'secret', '{"id": "PS1", "summary": "secret"}', '{"summary": "P1"}', '2026-11-02T08:00:00Z', '2026-11-02T10:30:00Z'),
    ('2026-11-07 09:00:00+00', 'Q2', 'acknowledged', 'low', 'secret', '{"id": "PS2", "summary": "secret"}', null, '2026-11-03T08:00:00Z', '2026-11-03T08:05:00Z');
