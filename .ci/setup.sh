#!/usr/bin/env bash
# Set-up: sees that Swift, the C libraries, a C++ compiler and libtorch are there, and installs what is missing.
#
# Reads TORCH (where a torch is: its package folder, a site-packages folder, a virtual environment or a Python
# executable; empty: the active python3's torch, else the pinned one in .venv) and CXX (default g++).
# Writes .build/torch.mk, which tells the Makefile where libtorch is. Says nothing when there is nothing to do;
# ends with one line and status 1 when something is missing that it cannot install.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

readonly pinned_torch=2.13.0
# The first release whose Linux wheels all have the C++11 ABI of the compiler's own standard library.
readonly oldest_torch=2.7
readonly oldest_swift=6.3
readonly log=.build/setup.log
readonly memory=.build/set-up
readonly result=.build/torch.mk
CXX=${CXX:-g++}
TORCH=${TORCH:-}

say() { echo "set-up: $*"; }
fail() {
  echo "set-up: $*" >&2
  exit 1
}

# Whether version $1 is at least version $2.
is_at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# ---- What was found the last time ----

# Everything that the choices below depend on. While it is the same, and the torch is untouched, set-up is done.
surroundings() {
  printf '%s\n' "TORCH=$TORCH" "CXX=$CXX" "swift=$(command -v swift)" "python3=$(command -v python3)" \
    "environment=${VIRTUAL_ENV:-}:${CONDA_PREFIX:-}:${PYENV_VERSION:-}" "script=$(cksum <"${BASH_SOURCE[0]}")"
}

# The size and time of the library that the engine is linked to: they change when a torch is replaced in place.
torch_state() { stat -L -c '%s bytes, %Y' "$1/lib/libtorch_cpu.so" 2>/dev/null; }

is_done() {
  [ -f "$memory" ] && [ -f "$result" ] || return 1
  local root
  root=$(sed -n 's/^TORCH_ROOT := //p' "$result")
  [ "$(cat "$memory")" = "$(surroundings)" ] && [ "$(sed -n 's/^TORCH_STATE := //p' "$result")" = "$(torch_state "$root")" ]
}

# ---- Swift ----

require_swift() {
  command -v swift >/dev/null || fail "Swift $oldest_swift or newer is needed and no swift is in PATH: https://www.swift.org/install"
  local version
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -n 1)
  is_at_least "${version:-0}" "$oldest_swift" ||
    fail "Swift $oldest_swift or newer is needed and $(command -v swift) is ${version:-of an unknown version}: https://www.swift.org/install"
}

# ---- Debian packages ----

# Whether a C compiler finds a header. What counts is the header, not who installed it, so this holds on any system;
# Swift's own clang is asked first because it is the one that will read it.
has_header() {
  local compiler
  for compiler in "$(dirname "$(readlink -f "$(command -v swift)")")/clang" clang "$CXX" cc; do
    command -v "$compiler" >/dev/null || continue
    printf '#include <%s>\n' "$1" | "$compiler" -E -x c - >/dev/null 2>&1 && return 0
  done
  return 1
}

has_compiler() { printf '#include <span>\n' | $CXX -std=c++20 -fsyntax-only -x c++ - >/dev/null 2>&1; }

# Prints the Debian packages whose content is missing. $1: whether a virtual environment will have to be made.
missing_packages() {
  has_header yaml.h || echo libyaml-dev
  has_header zlib.h || echo zlib1g-dev
  has_header sqlite3.h || echo libsqlite3-dev
  has_header jpeglib.h || echo libjpeg62-turbo-dev
  has_header png.h || echo libpng-dev
  has_compiler || echo g++
  command -v git >/dev/null || echo git
  [ "$1" = no ] || python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
}

install_packages() {
  local needs_venv=$1 as_root=() packages
  packages=$(missing_packages "$needs_venv" | xargs)
  [ -n "$packages" ] || return 0
  local command="apt-get install --no-install-recommends $packages"
  [ "$packages" = "${packages#*g++}" ] || [ "$CXX" = g++ ] || fail "CXX=$CXX does not compile C++20"
  command -v apt-get >/dev/null || fail "missing: $packages (these are Debian's names; install what holds them here)"
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || fail "missing, and only root can install them: sudo $command"
    as_root=(sudo -n)
  fi
  say "installs $packages"
  {
    "${as_root[@]}" apt-get update
    # shellcheck disable=SC2086 # a list of names without spaces
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 $packages
  } >"$log" 2>&1 </dev/null || fail "could not install $packages (see $log); by hand: sudo $command"
  packages=$(missing_packages "$needs_venv" | xargs)
  [ -z "$packages" ] || fail "$packages installed, but not usable (see $log)"
}

# ---- libtorch ----

is_torch() { [ -f "$1/include/ATen/ATen.h" ] && [ -f "$1/lib/libtorch_cpu.so" ]; }

# Prints the folder of the torch that a Python would import, without importing it; from / so that no folder named
# torch in the current one is taken for it.
torch_of_python() {
  (cd / && "$1" -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")') 2>/dev/null
}

torch_version() {
  local version
  version=$(sed -n "s/^__version__ = '\(.*\)'.*/\1/p" "$1/version.py" 2>/dev/null)
  echo "${version:-$(cat "$1/build-version" 2>/dev/null)}"
}

is_recent_torch() { is_at_least "$(torch_version "$1")" "$oldest_torch"; }

# The torch that TORCH names.
named_torch() {
  local place candidate
  place=$(realpath -s -- "$TORCH" 2>/dev/null) || place=$TORCH
  for candidate in "$place" "$place/torch"; do
    is_torch "$candidate" && echo "$candidate" && return
  done
  for candidate in "$place/bin/python3" "$place/bin/python" "$place"; do
    if [ ! -f "$candidate" ] || [ ! -x "$candidate" ]; then continue; fi
    candidate=$(torch_of_python "$candidate")
    is_torch "$candidate" && echo "$candidate" && return
  done
  return 1
}

# The pinned torch in .venv. RECORD is the file that pip writes last, so an interrupted installation is not taken.
venv_torch() {
  local packages
  for packages in "$PWD"/.venv/lib/python3*/site-packages; do
    compgen -G "$packages/torch-$pinned_torch*.dist-info/RECORD" >/dev/null || continue
    is_torch "$packages/torch" && echo "$packages/torch" && return
  done
  return 1
}

make_venv() {
  say "makes .venv with torch $pinned_torch (a download of 200 MB or more)"
  rm -f "$log"
  .venv/bin/python -m pip --version >/dev/null 2>&1 || python3 -m venv --clear .venv >"$log" 2>&1 ||
    fail "python3 -m venv .venv failed (see $log); to use another torch: make ... TORCH=/path/to/site-packages/torch"
  .venv/bin/python -m pip install --disable-pip-version-check "torch==$pinned_torch" numpy >>"$log" 2>&1 </dev/null ||
    fail "pip could not install torch $pinned_torch (see $log); without a network use a torch that is there: make ... TORCH=/path/to/site-packages/torch"
}

# ---- The steps ----

mkdir -p .build || fail "cannot write to $PWD"
is_done && exit 0
require_swift

torch=
needs_venv=no
if [ -n "$TORCH" ]; then
  torch=$(named_torch) ||
    fail "TORCH=$TORCH has no libtorch: expected include/ATen/ATen.h and lib/libtorch_cpu.so in it, as in .../site-packages/torch"
  is_recent_torch "$torch" || fail "TORCH=$TORCH is torch $(torch_version "$torch"), and $oldest_torch or newer is needed"
else
  active=$(torch_of_python python3)
  if is_torch "$active" && is_recent_torch "$active"; then
    torch=$active
    say "uses torch $(torch_version "$torch") of $(command -v python3); TORCH= names another"
  else
    torch=$(venv_torch) || needs_venv=yes
  fi
fi

install_packages "$needs_venv"
if [ "$needs_venv" = yes ]; then
  make_venv
  torch=$(venv_torch) || fail "pip installed a torch without libtorch_cpu.so in .venv (see $log)"
fi

printf 'TORCH_ROOT := %s\nTORCH_STATE := %s\n' "$torch" "$(torch_state "$torch")" >"$result.new"
mv "$result.new" "$result"
surroundings >"$memory"
