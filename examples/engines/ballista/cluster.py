"""Starts a Ballista cluster on this machine: a scheduler and two executors, each in its own process."""

import contextlib
import pathlib
import socket
import subprocess
import time

PROGRAM = pathlib.Path(__file__).resolve().parents[3] / "target/engines/release/mpp-ballista"


class Cluster(contextlib.ExitStack):
    """A cluster whose processes are killed at the end of the context. They write to `directory`."""

    def __init__(self, directory):
        super().__init__()
        self.log = self.enter_context((directory / "log").open("w"))
        self.work_directories = [directory / f"work-{number}" for number in range(2)]
        self.port, *ports = free_ports(3)
        scheduler = self.start("scheduler", self.port)
        wait_until(lambda: accepts_connections(self.port) or scheduler.poll() is not None)
        self.executors = []
        for port, work in zip(ports, self.work_directories):
            work.mkdir()
            self.executors.append(self.start("executor", self.port, port, work))
        wait_until(lambda: all(map(accepts_connections, ports)))

    def start(self, *arguments, **options):
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], **{"stdout": self.log, "stderr": self.log, **options})
        self.callback(process.wait)
        self.callback(process.kill)
        return process

    def start_query(self, partitions, *statements):
        return self.start("query", self.port, partitions, *statements, stdout=subprocess.PIPE, text=True)


def free_ports(count):
    """Returns free ports, each of which is followed by another free port."""
    with contextlib.ExitStack() as stack:
        ports = []
        while len(ports) < count:
            first, second = (stack.enter_context(socket.socket()) for _ in range(2))
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError, OverflowError):
                second.bind(("127.0.0.1", port + 1))
                ports.append(port)
        return ports


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


def accepts_connections(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
