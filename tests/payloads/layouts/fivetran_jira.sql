-- Rows as Fivetran's Jira connector loads them, invented: columns of the published layout that the queries read.
create table loaded.project (id bigint, key varchar);
insert into loaded.project values (1, 'APP');
create table loaded.issue_type (id bigint, name varchar);
insert into loaded.issue_type values (1, 'Bug'), (2, 'Epic');
create table loaded.priority (id bigint, name varchar);
insert into loaded.priority values (1, 'High');
create table loaded.resolution (id bigint, name varchar);
insert into loaded.resolution values (1, 'Fixed');
create table loaded.status (id bigint, name varchar, status_category_id bigint);
insert into loaded.status values (1, 'Backlog', 2), (3, 'Coding', 4), (4, 'Review', 4), (5, 'Shipped', 3), (6, 'Dropped', 3);
create table loaded.field (id varchar, name varchar);
insert into loaded.field values ('status', 'Status'), ('customfield_1', 'Story Points'), ('customfield_2', 'Team');

create table loaded.issue (
    id bigint, key varchar, project bigint, issue_type bigint, status bigint, priority bigint, resolution bigint,
    parent_id bigint, assignee varchar, summary varchar, created timestamp with time zone,
    updated timestamp with time zone, resolved timestamp with time zone, _fivetran_deleted boolean,
    _fivetran_synced timestamp with time zone
);
insert into loaded.issue values
    (1, 'APP-1', 1, 2, 1, null, null, null, null, 'secret', '2026-11-01 08:00:00+00', '2026-11-01 08:00:00+00', null, false, '2026-11-01 09:00:00+00'),
    (2, 'APP-2', 1, 1, 5, 1, 1, 1, '5c-ada', 'secret', '2026-11-02 08:00:00+00', '2026-11-07 08:00:00+00', '2026-11-05 09:00:00+00', null, '2026-11-07 09:00:00+00'),
    (3, 'APP-3', 1, 1, 5, null, null, null, null, 'secret', '2026-11-02 08:00:00+00', '2026-11-03 08:00:00+00', '2026-11-03 08:00:00+00', true, '2026-11-09 09:00:00+00');

create table loaded.issue_field_history (
    field_id varchar, issue_id bigint, "time" timestamp with time zone, value varchar, is_active boolean
);
insert into loaded.issue_field_history values
    ('status', 1, '2026-11-01 08:00:00+00', '1', true),
    ('status', 2, '2026-11-02 08:00:00+00', '1', false),
    ('status', 2, '2026-11-03 08:00:00+00', '3', false),
    ('status', 2, '2026-11-03 12:00:00+00', '4', false),
    ('status', 2, '2026-11-04 08:00:00+00', '5', false),
    ('status', 2, '2026-11-05 08:00:00+00', '3', false),
    ('status', 2, '2026-11-06 08:00:00+00', '6', false),
    ('status', 2, '2026-11-06 10:00:00+00', '1', false),
    ('status', 2, '2026-11-06 12:00:00+00', '6', false),
    ('status', 2, '2026-11-07 08:00:00+00', '5', true),
    ('customfield_1', 2, '2026-11-02 08:00:00+00', '8.0', false),
    ('customfield_1', 2, '2026-11-03 08:00:00+00', '5.0', true),
    ('customfield_2', 2, '2026-11-03 08:00:00+00', 'secret', true);
