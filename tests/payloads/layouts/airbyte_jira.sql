-- Rows as Airbyte's source-jira loads them, invented: columns of the published schemas that the queries read.
create table loaded.issue_fields (id varchar, name varchar);
insert into loaded.issue_fields values ('summary', 'Summary'), ('customfield_1', 'Story Points');

create table loaded.issues (
    _airbyte_extracted_at timestamp with time zone, id varchar, key varchar, fields json, created timestamp with time zone,
    updated timestamp with time zone
);
insert into loaded.issues values
    ('2026-11-07 09:00:00+00', '2', 'APP-2', '{"summary": "secret", "project": {"key": "APP"}, "issuetype": {"name": "Bug"}, "status": {"name": "Shipped", "statusCategory": {"key": "done"}}, "statuscategorychangedate": "2026-11-06T09:00:00.000+0100", "resolutiondate": "2026-11-05T09:00:00.000+0000", "resolution": {"name": "Fixed"}, "priority": {"name": "High"}, "assignee": {"accountId": "5c-ada"}, "parent": {"key": "APP-1"}, "customfield_1": 5.0}', '2026-11-02 08:00:00+00', '2026-11-07 08:00:00+00'),
    ('2026-11-03 09:00:00+00', '4', 'APP-4', '{"project": {"key": "APP"}, "issuetype": {"name": "Story"}, "status": {"name": "Coding", "statusCategory": {"key": "indeterminate"}}, "statuscategorychangedate": "2026-11-03T08:00:00.000+0000", "resolution": null, "assignee": null, "customfield_1": null}', '2026-11-02 08:00:00+00', '2026-11-03 08:00:00+00');
