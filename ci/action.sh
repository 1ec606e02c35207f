#!/usr/bin/env bash
# The check of the GitHub Action: its inputs are in the environment, so that none of them is ever part of a script.
set -euo pipefail

words=(check --format github --report "sarif=$SARIF" --report "markdown=$RUNNER_TEMP/vmlint.md")
[ -z "$CONFIG" ] || words+=(--config "$CONFIG")
[ -z "$FAIL_ON" ] || words+=(--fail-on "$FAIL_ON")
[ -z "$BASELINE" ] || words+=(--baseline "$BASELINE")
while IFS= read -r word; do
  [ -z "$word" ] || words+=("$word")
done <<<"$OPTIONS"
words+=(--)
while IFS= read -r path; do
  [ -z "$path" ] || words+=("$path")
done <<<"$PATHS"

exit_code=0
"$RUNNER_TEMP/vmlint/bin/vmlint" "${words[@]}" || exit_code=$?
[ ! -e "$RUNNER_TEMP/vmlint.md" ] || cat "$RUNNER_TEMP/vmlint.md" >>"$GITHUB_STEP_SUMMARY"
{
  echo "exit-code=$exit_code"
  [ ! -e "$SARIF" ] || echo "sarif=${SARIF//$'\n'/}"
} >>"$GITHUB_OUTPUT"
exit "$exit_code"
