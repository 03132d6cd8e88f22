#!/usr/bin/env bash
# Fuzzes the front end with libFuzzer, one target after the other, and adds what was run to docs/fuzzing.md.
#
#   run.sh [SECONDS [TARGET...]]
#
# SECONDS is the time for each target. TIMEOUT is what one input may take, 5 seconds of the clock unless set: a machine that
# others load needs more. The corpus stays in .build/fuzzing/corpus and is taken up by the next run; what
# fails is kept in .build/fuzzing/finds. Ends with 1 when something failed.
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-600}
[ $# -eq 0 ] || shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(FuzzYAML FuzzSpace FuzzIR)
folder=.build/fuzzing
page=docs/fuzzing.md

# Shipped spaces and goldens, each under a name of its own.
seed() {
  local target=$1 pattern='*.yaml' file
  [ "$target" != FuzzIR ] || pattern='*.ir'
  mkdir -p "$folder/seeds/$target"
  find spaces Tests/SpaceCheckerTests -name "$pattern" -size -32k | while read -r file; do
    cp "$file" "$folder/seeds/$target/${file//\//-}"
  done
}

failed=0
for target in "${targets[@]}"; do
  ESPALIER_FUZZING=1 nice -n 19 swift build -c release --scratch-path "$folder" --sanitize fuzzer --product "$target"
  seed "$target"
  mkdir -p "$folder/corpus/$target" "$folder/finds"
  log=$folder/$target.log
  status=0
  nice -n 19 "$folder/release/$target" "$folder/corpus/$target" "$folder/seeds/$target" \
    -max_total_time="$seconds" -timeout="${TIMEOUT:-5}" -rss_limit_mb=1024 -max_len=16384 -dict=Tests/Fuzzing/words.dict \
    -print_final_stats=1 -artifact_prefix="$folder/finds/$target-" >"$log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || failed=1
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  took=$(sed -n 's/^Done [0-9]* runs in \([0-9]*\) second.*/\1/p' "$log")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  found=$([ "$status" -eq 0 ] && echo none || grep -m 1 -oE 'Fatal error[^"]*|timeout after|out-of-memory|deadly signal' "$log" || echo "status $status")
  printf '| %s | %s | %s | %s s | %s | %s | %s |\n' "$(date -u +%F)" "$(git rev-parse --short HEAD)" "$target" \
    "${took:-?}" "${runs:-?}" "${edges:-?}" "${found:0:80}" >>"$page"
  tail -n 1 "$page"
done
exit "$failed"
