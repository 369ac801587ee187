-- Rows as Fivetran's GitHub connector loads them, invented: columns of the published layout that the queries read.
create table loaded.repository (id bigint, full_name varchar, default_branch varchar, _fivetran_synced timestamp with time zone);
insert into loaded.repository values
    (1, 'acme/app', 'main', '2026-11-01 00:00:00+00'),
    (2, 'acme/lib', 'trunk', '2026-11-01 00:00:00+00');

create table loaded.user (id bigint, login varchar, type varchar);
insert into loaded.user values (11, 'ada', 'User'), (12, 'renovate[bot]', 'Bot'), (13, 'bo', 'User');

create table loaded.issue (
    id bigint, repository_id bigint, number bigint, pull_request boolean, state varchar, state_reason varchar,
    user_id bigint, created_at timestamp with time zone, updated_at timestamp with time zone,
    closed_at timestamp with time zone, title varchar, _fivetran_synced timestamp with time zone
);
insert into loaded.issue values
    (101, 1, 7, true, 'closed', null, 11, '2026-11-02 09:00:00+00', '2026-11-03 12:00:00+00', '2026-11-03 12:00:00+00', 'secret', '2026-11-03 13:00:00+00'),
    (102, 1, 8, true, 'closed', null, 13, '2026-11-02 10:00:00+00', '2026-11-04 10:00:00+00', '2026-11-04 10:00:00+00', 'secret', '2026-11-04 13:00:00+00'),
    (103, 1, 9, true, 'open', null, 12, '2026-11-05 08:00:00+00', '2026-11-05 08:00:00+00', null, 'secret', '2026-11-05 13:00:00+00'),
    (104, 2, 7, true, 'open', null, null, '2026-11-05 09:00:00+00', '2026-11-05 09:00:00+00', null, 'secret', '2026-11-05 13:00:00+00'),
    (105, 1, 10, false, 'closed', 'not_planned', 11, '2026-11-01 08:00:00+00', '2026-11-06 08:00:00+00', '2026-11-06 08:00:00+00', 'secret', '2026-11-06 13:00:00+00'),
    (106, 1, 11, null, 'open', null, 11, '2026-11-01 09:00:00+00', '2026-11-07 08:00:00+00', '2026-11-02 08:00:00+00', 'secret', '2026-11-07 13:00:00+00');

create table loaded.pull_request (
    id bigint, issue_id bigint, base_ref varchar, head_ref varchar, head_sha varchar, merge_commit_sha varchar,
    draft boolean, _fivetran_synced timestamp with time zone
);
insert into loaded.pull_request values
    (201, 101, 'main', 'revert-57-faster-login', 'head7', 'test7', false, '2026-11-03 13:00:05+00'),
    (202, 102, 'main', 'revert-me-please', 'head8', 'test8', false, '2026-11-04 12:59:00+00'),
    (203, 103, 'release', 'renovate/numpy', 'head9', 'test9', true, '2026-11-05 13:00:00+00'),
    (204, 104, 'trunk', 'revert-1234567890-x', 'head1', null, false, '2026-11-05 13:00:00+00');

create table loaded.issue_merged (issue_id bigint, commit_sha varchar, merged_at timestamp with time zone);
insert into loaded.issue_merged values (101, 'merge7', '2026-11-03 12:00:00+00');

create table loaded.label (id bigint, name varchar);
insert into loaded.label values (1, 'Hotfix'), (2, 'bug'), (3, 'area|ui');
create table loaded.issue_label (issue_id bigint, label_id bigint);
insert into loaded.issue_label values (101, 1), (101, 2), (101, 3);

create table loaded.pull_request_review (
    id bigint, pull_request_id bigint, user_id bigint, state varchar, submitted_at timestamp with time zone,
    _fivetran_synced timestamp with time zone
);
insert into loaded.pull_request_review values
    (301, 201, 13, 'CHANGES_REQUESTED', '2026-11-02 15:00:00+00', '2026-11-03 13:00:00+00'),
    (302, 201, 13, 'APPROVED', '2026-11-03 11:00:00+00', '2026-11-03 13:00:00+00'),
    (303, 202, 11, 'DISMISSED', '2026-11-03 11:30:00+00', '2026-11-04 13:00:00+00'),
    (304, 204, 11, 'COMMENTED', '2026-11-05 11:30:00+00', '2026-11-05 13:00:00+00'),
    (305, 204, 11, 'PENDING', null, '2026-11-05 13:00:00+00');

create table loaded.commit (
    sha varchar, repository_id bigint, author_email varchar, author_date timestamp with time zone,
    committer_date timestamp with time zone, _fivetran_synced timestamp with time zone
);
insert into loaded.commit values
    ('head7', 1, 'ada@acme.example', '2026-11-02 08:00:00+00', '2026-11-02 08:30:00+00', '2026-11-03 13:00:00+00'),
    ('alone', 2, 'bo@acme.example', '2026-11-02 07:00:00+00', '2026-11-02 07:00:00+00', '2026-11-03 13:00:00+00');
create table loaded.commit_pull_request (
    commit_sha varchar, pull_request_id bigint, _fivetran_synced timestamp with time zone
);
insert into loaded.commit_pull_request values ('head7', 201, '2026-11-04 13:00:00+00');

create table loaded.issue_assignee (issue_id bigint, user_id bigint);
insert into loaded.issue_assignee values (105, 13), (105, 11);
create table loaded.issue_closed_history (issue_id bigint, closed boolean, updated_at timestamp with time zone);
insert into loaded.issue_closed_history values
    (105, true, '2026-11-06 08:00:00+00'), (106, true, '2026-11-02 08:00:00+00'), (106, false, '2026-11-03 08:00:00+00');
