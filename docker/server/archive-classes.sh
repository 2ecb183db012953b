#!/bin/bash
# Prove that servers from this image form a quorum, and make a class data archive of one, with which a JVM
# starts in half the time.
#
# Three servers elect a leader inside the build, then one that follows writes the classes it has loaded on its
# way out (-XX:ArchiveClassesAtExit, JDK 13 and later). The JVM checks at every start that the archive fits its
# version and jars, and starts without it where it does not: no archive costs speed and nothing else. No quorum
# fails the build.
set -u

archive=/var/cache/zkchaos/classes.jsa
work=$(mktemp -d)

finish() {
    kill -9 $(jobs -p) 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT

configure() {
    local id=$1
    mkdir -p "$work/$id"
    echo "$id" >"$work/$id/myid"
    cat >"$work/$id/zoo.cfg" <<CONFIG
tickTime=500
initLimit=20
syncLimit=5
admin.enableServer=false
4lw.commands.whitelist=*
dataDir=$work/$id
clientPort=2181$id
server.1=127.0.0.1:28881:38881
server.2=127.0.0.1:28882:38882
server.3=127.0.0.1:28883:38883
CONFIG
}

ask() {
    local id=$1 word=$2
    # One shell for each question: a refused connection ends the shell that tried it.
    (exec 3<>"/dev/tcp/127.0.0.1/2181$id" && printf '%s' "$word" >&3 && timeout 2 cat <&3) 2>/dev/null
}

follower() {
    local id
    for id in 1 2 3; do
        if ask "$id" srvr | grep -q '^Mode: follower'; then
            echo "$id"
            return
        fi
    done
    return 1
}

recording() {
    local flag="-XX:ArchiveClassesAtExit=$work/$1.jsa"
    java "$flag" -version >"$work/answer" 2>&1 && echo "$flag"
}

echo "zkchaos: forming a quorum to record which classes a server loads"
mkdir -p "${archive%/*}"
declare -A pid
for id in 1 2 3; do
    configure "$id"
    ZOOCFGDIR="$work/$id" ZKCHAOS_CLASS_ARCHIVE=none JVMFLAGS="$(recording "$id")" \
        zkServer.sh start-foreground >"$work/$id.log" 2>&1 &
    pid[$id]=$!
done

chosen=
for ((attempt = 0; attempt < 900 && ${#chosen} == 0 && $(jobs -rp | wc -l) > 1; attempt++)); do
    sleep 0.1
    chosen=$(follower)
done
if [ -z "$chosen" ]; then
    tail -n 5 "$work"/*.log
    echo "zkchaos: three servers of this suite formed no quorum, see their last lines above"
    exit 1
fi

# The four-letter words are asked all the time, and their classes belong into the archive too.
for word in srvr mntr cons stat; do ask "$chosen" "$word" >"$work/answer"; done
kill "${pid[$chosen]}"
wait "${pid[$chosen]}"
if ! { [ -s "$work/$chosen.jsa" ] && mv "$work/$chosen.jsa" "$archive"; }; then
    echo "zkchaos: this Java records no class data archive, so servers start a little slower"
fi
