"""From a finished build to what readers find: collect the evidence, evaluate it, write the files, rename once.

Order of reading: `evidence` (what is evaluated), `gate` with `policy/` (the decision), `publish` (the one rename),
`publication` (the published folder), `files` (how a mart is copied), `verify` (reading it back), `blocked_run` (the
record of a run that is not published).
"""
