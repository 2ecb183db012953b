#!/bin/sh
# Install Debian packages while an image is built: apt-install.sh PACKAGE...
#
# Lines that begin with "zkchaos:" are shown to whoever waits for the image.
set -eu

export DEBIAN_FRONTEND=noninteractive NO_COLOR=1

# Documentation is most of the files of some packages and none of it is read in a container.
printf 'path-exclude=/usr/share/%s/*\n' doc man info locale >/etc/dpkg/dpkg.cfg.d/zkchaos

echo "zkchaos: reading the package lists"
if ! apt-get -q update -o APT::Update::Error-Mode=any; then
    echo "zkchaos: the package lists are refused, reading them without their expiry date (signatures are verified)"
    apt-get -q update -o APT::Update::Error-Mode=any -o Acquire::Check-Valid-Until=false
fi

echo "zkchaos: installing $*"
apt-get -q install -y --no-install-recommends "$@"
apt-get clean
rm -rf /var/lib/apt/lists/*
