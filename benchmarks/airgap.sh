#!/usr/bin/env bash
# Builds the air-gap bundle, installs it in a network namespace that has loopback alone, and refreshes a few people there.
#   benchmarks/airgap.sh WORK [MODELS]        needs `unshare` (util-linux) and a package index for the first step only
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
work="$(mkdir -p "$1" && cd "$1" && pwd)"
[ -e "$work/bundle/MANIFEST.sha256" ] || time "$root/deploy/airgap/build.sh" "$work/bundle" "${2:-}"
du -sh "$work/bundle"
rm -rf "$work/installed" "$work/home"
# shellcheck disable=SC2016  # expanded inside
time unshare -rn bash -euc '
  ip link set lo up
  bash "$1/bundle/install.sh" "$1/installed"
  cd "$1" && CATCHLIGHT_MODELS="$1/installed/models" "$1/installed/bin/catchlight" demo --home "$1/home"
' _ "$work"
echo "Installed and refreshed with no network."
