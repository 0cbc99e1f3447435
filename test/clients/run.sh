#!/usr/bin/env bash
# Runs the sessions of AWS's own clients: Debian's `aws`, the one of PyPI, boto3, and the SDK for Go. `bash test/clients/run.sh`, or `npm run test:clients`.
# What is not on this machine is installed where that can be done: Python's packages into a folder of the cache, Debian's package by root. What cannot be had is said and left out.
set -u
cd "$(dirname "$0")/../.." || exit 2
cache=${XDG_CACHE_HOME:-$HOME/.cache}

missing() { echo "skipped: $1: $2"; }

if python3 -m venv --help >/dev/null 2>&1 && python3 -m pip --version >/dev/null 2>&1; then
  requirements=test/clients/python/requirements.txt
  venv=$cache/tickertape-clients-$(cksum <"$requirements" | cut -d ' ' -f 1)
  [ -x "$venv/bin/aws" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements"; } || rm -rf "$venv"
  if [ -x "$venv/bin/aws" ]; then
    export CLIENTS_PYTHON=$venv/bin/python CLIENTS_AWS_PYPI=$venv/bin/aws
  else
    missing 'boto3 and the aws CLI of PyPI' 'they could not be installed from PyPI'
  fi
else
  missing 'boto3 and the aws CLI of PyPI' 'there is no pip on this machine'
fi

debian=/usr/bin/aws
if [ ! -x "$debian" ] && [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends awscli; } >/dev/null 2>&1
fi
if [ -x "$debian" ]; then export CLIENTS_AWS_DEBIAN=$debian; else missing "Debian's aws CLI" 'the package awscli is not installed'; fi

if command -v go >/dev/null; then
  session=$cache/tickertape-clients-go-session
  if (cd test/clients/go && go build -o "$session" .); then
    export CLIENTS_GO_SESSION=$session
  else
    missing 'AWS SDK for Go v2' 'its session could not be built'
  fi
else
  missing 'AWS SDK for Go v2' 'there is no Go on this machine'
fi

exec npx vitest run --config test/clients/vitest.config.ts "$@"
