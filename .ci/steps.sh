#!/usr/bin/env bash
# Runs set-up, then make goals one after the other, and prints the wall time of each at the end.
#
#   steps.sh [LABEL=GOAL...]
#
# Stops at the first step that fails, with that step's exit status; the times up to there are printed all the same.
set -u
make=${MAKE:-make}
MAKEFLAGS=${MAKEFLAGS:-}

# Each goal is a make of its own, so that what set-up writes is read by the goals after it. A caller's -j is
# inherited through MAKEFLAGS; without one, a goal gets as many jobs as there are cores.
jobs=()
case " $MAKEFLAGS " in
  *jobserver* | *" -j"*) ;;
  *) jobs=("-j${JOBS:-$(nproc)}") ;;
esac

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

report=()
status=0

# Runs a step and notes what it took. $1: its label; the rest: its command.
timed() {
  local label=$1 note='' began took
  shift
  began=$(milliseconds)
  "$@" || status=$?
  took=$(($(milliseconds) - began))
  [ "$status" -eq 0 ] || note=' (failed)'
  report+=("$(printf '%-7s %6d.%d s%s' "$label" $((took / 1000)) $((took % 1000 / 100)) "$note")")
  return "$status"
}

# `make -n` shows what would run, so it must not install anything.
setup=(bash .ci/setup.sh)
case "${MAKEFLAGS%% *}" in
  --*) ;;
  *n*) setup=(echo "${setup[@]}") ;;
esac

timed set-up "${setup[@]}" &&
  for step in "$@"; do
    timed "${step%%=*}" "$make" --no-print-directory "${jobs[@]}" "${step#*=}" || break
  done

# Set-up alone says what it did itself.
[ "${#report[@]}" -eq 1 ] || printf '%s\n' "${report[@]}"
exit "$status"
