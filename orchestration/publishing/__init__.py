"""From a finished build to what readers find: gather the evidence, judge it, write the files, rename once.

Order of reading: evidence (what is looked at) -> gate (the verdict) -> publish (the one rename) -> publication (the
shelf). files and relations say how a mart leaves. The rules of what may be shown are in orchestration/policy.
"""
