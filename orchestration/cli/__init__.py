"""The command line: one thin command a verb, what people see of a run, and the two ways to start without a company.

`app` holds the commands. `report`, `team_table` and `repository_tables` print; `console_logging` sends log lines to the
terminal and to a file; `doctor` checks the preconditions of a run; `demo` and `quickstart` make settings for the sample
company and for local repositories.
"""
