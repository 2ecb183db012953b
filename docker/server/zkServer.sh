#!/bin/sh
# Start ZooKeeper from /conf/zoo.cfg in the foreground, or print its version:
# zkServer.sh start-foreground | version
#
# Debian's own script reads its settings and its logging from a directory of the package. This one keeps to the
# environment of the official image: ZOOCFGDIR, ZK_SERVER_HEAP, SERVER_JVMFLAGS, JVMFLAGS.
set -eu

java=/usr/bin/java
# slf4j-simple comes with slf4j in every suite and needs no configuration file; logback is only recommended
# by the package and would bring mail and scripting libraries.
classpath=/usr/share/java/zookeeper.jar:/usr/share/java/slf4j-api.jar:/usr/share/java/slf4j-simple.jar
archive=${ZKCHAOS_CLASS_ARCHIVE:-/var/cache/zkchaos/classes.jsa}

case ${1:-} in
start-foreground)
    if [ -e "$archive" ]; then
        SERVER_JVMFLAGS="-XX:SharedArchiveFile=$archive ${SERVER_JVMFLAGS:-}"
    fi
    # The flags are lists of words. exec makes the JVM process 1, so that signals reach it.
    # shellcheck disable=SC2086
    exec "$java" -cp "$classpath" -Xmx"${ZK_SERVER_HEAP:-256}"m -XX:+ExitOnOutOfMemoryError \
        -Dorg.slf4j.simpleLogger.logFile=System.out \
        -Dorg.slf4j.simpleLogger.defaultLogLevel=info \
        -Dorg.slf4j.simpleLogger.showDateTime=true \
        "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS" \
        ${SERVER_JVMFLAGS:-} ${JVMFLAGS:-} \
        org.apache.zookeeper.server.quorum.QuorumPeerMain "${ZOOCFGDIR:-/conf}/zoo.cfg"
    ;;
version)
    exec "$java" -cp "$classpath" -Dorg.slf4j.simpleLogger.defaultLogLevel=off \
        org.apache.zookeeper.version.VersionInfoMain
    ;;
*)
    echo "usage: zkServer.sh start-foreground | version" >&2
    exit 64
    ;;
esac
