-- Rows as Airbyte's source-github loads them, invented: columns of the published schemas that the queries read.
create table loaded.repositories (full_name varchar, default_branch varchar);
insert into loaded.repositories values ('acme/app', 'main');

create table loaded.pull_requests (
    _airbyte_raw_id varchar, _airbyte_extracted_at timestamp with time zone, _airbyte_meta json, repository varchar,
    id bigint, number bigint, state varchar, draft boolean, title varchar, "user" json, head json, base json, labels json,
    merge_commit_sha varchar, created_at timestamp with time zone, updated_at timestamp with time zone,
    merged_at timestamp with time zone, closed_at timestamp with time zone
);
insert into loaded.pull_requests values
    ('a', '2026-11-03 13:00:00+00', '{}', 'acme/app', 201, 7, 'closed', false, 'secret', '{"id": 11, "login": "ada", "type": "User"}', '{"ref": "revert-57-faster-login", "sha": "head7"}', '{"ref": "main", "sha": "base7"}', '[{"name": "bug"}, {"name": "area|ui"}, {"name": "Hotfix"}]', 'merge7', '2026-11-02 09:00:00+00', '2026-11-03 12:00:00+00', '2026-11-03 12:00:00+00', '2026-11-03 12:00:00+00'),
    ('b', '2026-11-04 13:00:00+00', '{}', 'acme/app', 202, 8, 'closed', false, 'secret', '{"id": 13, "login": "bo", "type": "User"}', '{"ref": "revert-me-please", "sha": "head8"}', '{"ref": "main", "sha": "base8"}', '[]', 'test8', '2026-11-02 10:00:00+00', '2026-11-04 10:00:00+00', null, '2026-11-04 10:00:00+00'),
    ('c', '2026-11-05 13:00:00+00', '{}', 'acme/app', 203, 9, 'open', true, 'secret', '{"id": 12, "login": "renovate[bot]", "type": "Bot"}', '{"ref": "renovate/numpy", "sha": "head9"}', '{"ref": "release", "sha": "base9"}', null, 'test9', '2026-11-05 08:00:00+00', '2026-11-05 08:00:00+00', null, null);

create table loaded.pull_request_stats (
    _airbyte_extracted_at timestamp with time zone, id bigint, additions bigint, deletions bigint, changed_files bigint
);
insert into loaded.pull_request_stats values ('2026-11-03 13:00:09+00', 201, 120, 8, 5);

create table loaded.reviews (
    _airbyte_extracted_at timestamp with time zone, repository varchar, id bigint, "user" json, state varchar, body varchar,
    pull_request_url varchar, submitted_at timestamp with time zone, updated_at timestamp with time zone
);
insert into loaded.reviews values
    ('2026-11-03 13:00:00+00', 'acme/app', 301, '{"id": 13}', 'CHANGES_REQUESTED', 'secret', 'https://github.com/acme/app/pull/7', '2026-11-02 15:00:00+00', '2026-11-02 15:30:00+00'),
    ('2026-11-03 13:00:00+00', 'acme/app', 302, null, 'APPROVED', 'secret', 'https://github.com/acme/app/pull/7', '2026-11-03 11:00:00+00', null),
    ('2026-11-03 13:00:00+00', 'acme/app', 305, '{"id": 11}', 'PENDING', 'secret', 'https://github.com/acme/app/pull/8', null, null);

create table loaded.commits (_airbyte_extracted_at timestamp with time zone, repository varchar, sha varchar, "commit" json);
insert into loaded.commits values
    ('2026-11-03 13:00:00+00', 'acme/app', 'head7', '{"author": {"date": "2026-11-02T08:00:00Z", "email": "ada@acme.example"}, "committer": {"date": "2026-11-02T08:30:00Z"}}'),
    ('2026-11-03 13:00:00+00', 'acme/app', 'alone', '{"author": {"date": "2026-11-02T07:00:00Z", "email": "bo@acme.example"}, "committer": {"date": "2026-11-02T07:00:00Z"}}');
create table loaded.pull_request_commits (
    _airbyte_extracted_at timestamp with time zone, repository varchar, pull_number bigint, sha varchar, "commit" json
);
insert into loaded.pull_request_commits values
    ('2026-11-04 13:00:00+00', 'acme/app', 7, 'head7', '{"author": {"date": "2026-11-02T08:00:00Z", "email": "ada@acme.example"}, "committer": {"date": "2026-11-02T09:30:00+01:00"}}');

create table loaded.deployments (
    _airbyte_extracted_at timestamp with time zone, repository varchar, id bigint, sha varchar, environment varchar,
    created_at timestamp with time zone, updated_at timestamp with time zone
);
insert into loaded.deployments values
    ('2026-11-03 13:00:00+00', 'acme/app', 401, 'merge7', 'production', '2026-11-03 12:05:00+00', '2026-11-03 12:30:00+00'),
    ('2026-11-03 13:00:00+00', 'acme/app', 402, 'merge7', 'production', '2026-11-03 12:45:00+00', '2026-11-03 12:45:00+00'),
    ('2026-11-03 13:00:00+00', 'acme/app', 403, 'merge7', 'staging', '2026-11-03 12:50:00+00', '2026-11-03 12:50:00+00');
create table loaded.deployment_statuses (
    _airbyte_extracted_at timestamp with time zone, deployment_id bigint, state varchar, created_at timestamp with time zone
);
insert into loaded.deployment_statuses values
    ('2026-11-03 13:00:00+00', 401, 'failure', '2026-11-03 12:10:00+00'),
    ('2026-11-03 13:00:00+00', 401, 'success', '2026-11-03 12:30:00+00'),
    ('2026-11-04 13:00:00+00', 401, 'inactive', '2026-11-04 12:30:00+00'),
    ('2026-11-03 13:00:00+00', 402, 'error', '2026-11-03 12:47:00+00');

create table loaded.issues (
    _airbyte_extracted_at timestamp with time zone, repository varchar, id bigint, number bigint, state varchar, title varchar,
    assignee json, pull_request json, created_at timestamp with time zone, updated_at timestamp with time zone,
    closed_at timestamp with time zone
);
insert into loaded.issues values
    ('2026-11-06 13:00:00+00', 'acme/app', 105, 10, 'closed', 'secret', '{"id": 11}', null, '2026-11-01 08:00:00+00', '2026-11-06 08:00:00+00', '2026-11-06 08:00:00+00'),
    ('2026-11-03 13:00:00+00', 'acme/app', 101, 7, 'closed', 'secret', null, '{"url": "https://api.github.com/repos/acme/app/pulls/7"}', '2026-11-02 09:00:00+00', '2026-11-03 12:00:00+00', '2026-11-03 12:00:00+00');
