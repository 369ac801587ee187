"""From a finished build to what readers find: gather the evidence, judge it, write the files, rename once.

Order of reading: `evidence` (what is looked at), `gate` with `policy/` (the verdict), `publish` (the one rename),
`publication` (the published folder), `files` (how a mart is copied).
"""
