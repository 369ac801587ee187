"""What people see of a night on the command line: progress lines, tables, refusals. Nothing here decides anything."""
