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

# The summary is the last report. Where it is missing, the SARIF file is not ours but one that the checkout came with.
summary=$RUNNER_TEMP/vmlint.md
rm -f -- "$summary"
exit_code=0
"$RUNNER_TEMP/vmlint/bin/python" -I -m vmlint "${words[@]}" || exit_code=$?
echo "exit-code=$exit_code" >>"$GITHUB_OUTPUT"
if [ -e "$summary" ]; then
  cat "$summary" >>"$GITHUB_STEP_SUMMARY"
  echo "sarif=${SARIF//$'\n'/}" >>"$GITHUB_OUTPUT"
fi

# What the pull request does to the running cluster. Where it can't be told, the check counts all the same.
impact=$RUNNER_TEMP/vmlint-impact.md
rm -f -- "$impact"
if [ "${DIFF:-}" = true ] && [ -n "${GITHUB_BASE_REF:-}" ]; then
  words=(diff "origin/$GITHUB_BASE_REF" --format markdown --output "$impact")
  [ -z "$CONFIG" ] || words+=(--config "$CONFIG")
  words+=(--)
  while IFS= read -r path; do
    [ -z "$path" ] || words+=("$path")
  done <<<"$PATHS"
  "$RUNNER_TEMP/vmlint/bin/python" -I -m vmlint "${words[@]}" || true
  if [ -e "$impact" ]; then
    cat "$impact" >>"$GITHUB_STEP_SUMMARY"
    echo "impact=$impact" >>"$GITHUB_OUTPUT"
  fi
fi
exit "$exit_code"
