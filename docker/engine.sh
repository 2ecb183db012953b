#!/bin/sh
# Make sure that a Docker engine answers: silent where one does, otherwise installed and started by root on
# Debian and Ubuntu. Exits with 3 and one sentence where that cannot be done.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
host=${DOCKER_HOST:-unix:///var/run/docker.sock}
log=/var/log/zkchaos-dockerd.log

# The engine is asked over its socket: the command line of Docker is not needed and may not be installed.
answers() {
    if command -v curl >/dev/null; then
        ask_with_curl
    else
        ask_with_python
    fi
}

ask_with_curl() {
    case $host in
    unix://*) curl -fs -m 5 -o /dev/null --unix-socket "${host#unix://}" http://localhost/_ping ;;
    *) curl -fs -m 5 -o /dev/null "http://${host#tcp://}/_ping" ;;
    esac
}

ask_with_python() {
    python3 - "$host" 2>/dev/null <<'ASK'
import socket
import sys

host = sys.argv[1]
if host.startswith("unix://"):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(5)
    connection.connect(host.removeprefix("unix://"))
else:
    name, _, port = host.removeprefix("tcp://").rstrip("/").rpartition(":")
    connection = socket.create_connection((name, int(port)), 5)
connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
sys.exit(b" 200 " not in connection.recv(64))
ASK
}

# answers_within SECONDS [PID]: given up at once when the process PID is gone.
answers_within() {
    seconds=$1
    while [ "$seconds" -gt 0 ]; do
        answers && return 0
        kill -0 "${2:-$$}" 2>/dev/null || return 1
        sleep 1
        seconds=$((seconds - 1))
    done
    return 1
}

started() {
    echo "the Docker engine answers"
    exit 0
}

# An engine behind TLS or ssh is for the harness itself to judge.
if [ -n "${DOCKER_TLS_VERIFY:-}" ] || [ "${host#ssh://}" != "$host" ]; then
    exit 0
fi
command -v curl >/dev/null || command -v python3 >/dev/null || "$here/host-install.sh" "curl to ask the engine" curl
answers && exit 0

if [ -n "${DOCKER_HOST:-}" ]; then
    echo "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST: start it, or unset DOCKER_HOST to use this machine's." >&2
    exit 3
fi
if [ -S "${host#unix://}" ] && ! [ -w "${host#unix://}" ]; then
    echo "the Docker engine does not let $(id -un) in: add the user to the group docker and log in again, or use root." >&2
    exit 3
fi

if ! command -v dockerd >/dev/null; then
    "$here/host-install.sh" "a Docker engine" docker.io
elif [ "$(id -u)" != 0 ]; then
    echo "no Docker engine answers, though one is installed: start it (sudo systemctl start docker)." >&2
    exit 3
fi

# Installing may have started it.
answers_within 2 && started

if [ -d /run/systemd/system ]; then
    echo "starting the Docker engine with systemctl"
    systemctl start docker && answers_within 60 && started
else
    if [ -x /etc/init.d/docker ]; then
        echo "starting the Docker engine with service"
        service docker start >/dev/null 2>&1 && answers_within 20 && started
    fi
    echo "starting the Docker engine with dockerd, its log is $log"
    setsid dockerd >"$log" 2>&1 </dev/null &
    answers_within 60 $! && started
    tail -n 5 "$log" >&2
fi
echo "the Docker engine does not start on this machine: start one by hand, or set DOCKER_HOST to one elsewhere." >&2
exit 3
