#!/usr/bin/env bash
# What the GitHub action runs: annotations for people and, where it is wanted, a SARIF report for code scanning.
# Paths and arguments are split at blanks and nothing else is made of them: they come from a workflow file, but so
# may text of a pull request.
set -euo pipefail
leastwise=$1
set -f
read -r -a paths <<< "${PATHS:-.}"
read -r -a arguments <<< "${ARGUMENTS:-}"
if [[ -n "${SARIF_FILE:-}" ]]; then
  # The annotations below decide whether the step fails; a report is written either way.
  "$leastwise" check "${arguments[@]}" --format sarif "${paths[@]}" > "$SARIF_FILE" || [[ $? -eq 1 ]]
fi
"$leastwise" check "${arguments[@]}" --format github "${paths[@]}"
