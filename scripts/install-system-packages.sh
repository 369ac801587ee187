#!/usr/bin/env bash
# Installs the Debian packages that tests need and a fresh machine may lack: a headless Java for Spark, and git.
# Does nothing where they are there. Needs root (or sudo) only when something is missing.
set -euo pipefail

missing=()
command -v git >/dev/null || missing+=(git)
command -v java >/dev/null || missing+=(openjdk-17-jre-headless)

if [ ${#missing[@]} -eq 0 ]; then
    echo "system packages: nothing to install"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "please install as root: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
echo "system packages: installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
