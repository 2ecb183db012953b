"""Measures a link from inside a node's holder and prints one line of JSON.

    python3 link_probe.py rtt HOST PORT COUNT       seconds of COUNT handshakes, of those answered
    python3 link_probe.py chat HOST PORT COUNT      asks ZooKeeper for `mntr`; how many answered
    python3 link_probe.py flood HOST SECONDS        kbit per second that leave for HOST

A handshake is over when the peer accepts or refuses: its kernel answers either way, with or without a
program behind the port.
"""

import errno
import json
import select
import socket
import sys
import time

ANSWER_WITHIN = 4.0
CHAT_WITHIN = 1.0

DISCARD = 9
"""A port with nobody behind it."""

DATAGRAM = 1000


def handshakes(host: str, port: int, count: int) -> list[float]:
    """Begin so many connections at once and tell how long each took to be answered."""
    poller, began, took = select.poll(), {}, []
    connections = [socket.socket() for _ in range(count)]
    for connection in connections:
        connection.settimeout(0)
        began[connection.fileno()] = time.monotonic()
        connection.connect_ex((host, port))
        poller.register(connection, select.POLLOUT)
    by_number = {connection.fileno(): connection for connection in connections}
    end = time.monotonic() + ANSWER_WITHIN
    while began and (left := end - time.monotonic()) > 0:
        for number, _ in poller.poll(left * 1000):
            error = by_number[number].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error in {0, errno.ECONNREFUSED}:
                took.append(time.monotonic() - began[number])
            del began[number]
            poller.unregister(number)
    for connection in connections:
        connection.close()
    return took


def chat(host: str, port: int, count: int) -> int:
    """Ask for `mntr`, some ten kilobytes, again and again; tell how often there was an answer.

    Who does not answer the first time is asked no more.
    """
    answered = 0
    for _ in range(count):
        try:
            with socket.create_connection((host, port), timeout=CHAT_WITHIN) as connection:
                connection.sendall(b"mntr")
                while connection.recv(65536):
                    pass
                answered += 1
        except OSError:
            if not answered:
                break
    return answered


def flood(host: str, seconds: float) -> float:
    """Send datagrams as fast as they leave; tell how many kbit per second that is.

    With hardly any send buffer a sender waits until a packet has left the queue of the device, so that it
    is as quick as the link and loses nothing.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        sender.settimeout(seconds)
        # What leaves at once, because the bucket was full, is no measure.
        sent, began, end = -5, 0.0, time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            if sent == 0:
                began = now
            try:
                sender.sendto(bytes(DATAGRAM), (host, DISCARD))
            except TimeoutError:
                break
            sent += 1
        # 28 bytes of headers of IP and UDP, 14 of Ethernet.
        return max(0, sent) * (DATAGRAM + 42) * 8 / 1000 / (time.monotonic() - began) if began else 0.0


if __name__ == "__main__":
    what, host, *numbers = sys.argv[1:]
    if what == "rtt":
        sys.stdout.write(json.dumps(handshakes(host, int(numbers[0]), int(numbers[1]))))
    elif what == "chat":
        sys.stdout.write(json.dumps(chat(host, int(numbers[0]), int(numbers[1]))))
    else:
        sys.stdout.write(json.dumps(flood(host, float(numbers[0]))))
