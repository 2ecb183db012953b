#!/bin/sh
# Install packages of the distribution on this machine: host-install.sh WHY PACKAGE...
#
# Exits with 3 and one sentence where that cannot be done: not Debian or a relative of it, or not root.
set -eu

why=$1
shift

if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "zkchaos needs $why: install it (on Debian and Ubuntu: apt-get install $*), or run this once as root there." >&2
    exit 3
fi

export DEBIAN_FRONTEND=noninteractive NO_COLOR=1
log=$(mktemp)
trap 'rm -f "$log"' EXIT

install() {
    apt-get -q install -y --no-install-recommends "$@" >"$log" 2>&1
}

echo "installing $* from the distribution: zkchaos needs $why"
# The lists of a fresh machine are missing or old, those of an old machine may be past their date.
install "$@" && exit 0
apt-get -q update >"$log" 2>&1 && install "$@" && exit 0
echo "trying again without the expiry date of the package lists (signatures are still verified)"
apt-get -q -o Acquire::Check-Valid-Until=false update >"$log" 2>&1 && install "$@" && exit 0

tail -n 10 "$log" >&2
echo "zkchaos needs $why: installing $* failed, its last lines are above." >&2
exit 3
