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
        self.log_path = directory / "log"
        self.log = self.enter_context(self.log_path.open("w"))
        self.work_directories = [directory / f"work-{number}" for number in range(2)]
        self.executors = []
        try:
            self.start_processes()
        except BaseException:
            self.close()
            raise

    def start_processes(self):
        self.port, *ports = free_ports(3)
        scheduler = self.start("scheduler", self.port)
        self.wait_until(lambda: accepts_connections(self.port), [scheduler])
        for port, work in zip(ports, self.work_directories):
            work.mkdir()
            self.executors.append(self.start("executor", self.port, port, work))
        self.wait_until(lambda: all(map(accepts_connections, ports)), [scheduler, *self.executors])

    def start(self, *arguments, **options):
        process = subprocess.Popen([PROGRAM, *map(str, arguments)], **{"stdout": self.log, "stderr": self.log, **options})
        self.callback(process.wait)
        self.callback(process.kill)
        return process

    def start_query(self, partitions, *statements):
        return self.start("query", self.port, partitions, *statements, stdout=subprocess.PIPE, text=True)

    def wait_until(self, condition, processes, seconds=60):
        """Waits until a condition is met. Raises an exception if one of the processes ends before."""
        end = time.monotonic() + seconds
        while True:
            if any(process.poll() is not None for process in processes):
                raise ChildProcessError(f"a process ended too early:\n{self.log_path.read_text()[-4000:]}")
            if condition():
                return
            if time.monotonic() > end:
                raise TimeoutError
            time.sleep(0.02)


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


def accepts_connections(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
