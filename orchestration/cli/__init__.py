"""The command line: commands, what they print, and two ways to start without a company's settings.

`app` holds the commands, `session` the frame they run in, `running` and `dagster_run` the call of the nightly job.
`report`, `team_table` and `repository_tables` print; `console_logging` sends log lines to the terminal and to a file;
`doctor` checks the preconditions of a run; `demo` and `quickstart` make settings for the sample company and for local
repositories.
"""
