#!/bin/sh
# Install empty packages in place of real ones: stand-in.sh PACKAGE...
#
# Debian's zookeeper depends on a desktop Java and on all of Jetty's extras (Spring, Groovy, GTK: more than
# a gigabyte), none of which a server loads.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for package in "$@"; do
    mkdir -p "$work/$package/DEBIAN"
    cat >"$work/$package/DEBIAN/control" <<CONTROL
Package: $package
Version: 99:0
Architecture: all
Maintainer: zkchaos <zkchaos@localhost>
Description: empty stand-in, so that a ZooKeeper server installs without what it does not use
CONTROL
    dpkg-deb --build "$work/$package" "$work/$package.deb"
    dpkg --install "$work/$package.deb"
done
