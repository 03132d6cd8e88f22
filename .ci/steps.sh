#!/usr/bin/env bash
# Runs make goals one after the other and prints the wall time of each at the end.
#
#   steps.sh LABEL=GOAL...
#
# Stops at the first goal that fails, with that goal's exit status; the times up to there are printed all the same.
set -u
make=${MAKE:-make}

# Each goal is a make of its own, so that what set-up writes is read by the goals after it. A caller's -j is
# inherited through MAKEFLAGS; without one, a goal gets as many jobs as there are cores.
jobs=()
case " ${MAKEFLAGS:-} " in
  *jobserver* | *" -j"*) ;;
  *) jobs=("-j${JOBS:-$(nproc)}") ;;
esac

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

report=()
status=0
for step in "$@"; do
  label=${step%%=*}
  began=$(milliseconds)
  "$make" --no-print-directory "${jobs[@]}" "${step#*=}" || status=$?
  took=$(($(milliseconds) - began))
  note=
  [ "$status" -eq 0 ] || note=' (failed)'
  report+=("$(printf '%-7s %6d.%d s%s' "$label" $((took / 1000)) $((took % 1000 / 100)) "$note")")
  [ "$status" -eq 0 ] || break
done

[ "$#" -eq 1 ] || printf '%s\n' "${report[@]}"
exit "$status"
