"""The program on a terminal of its own. Nothing waits for a time: one waits for what must come, and fails when it does not come."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

from screen import Screen

PROGRAM = os.environ["DELTASTREAM_PROGRAM"]
LONGEST = 60.0  # seconds that something may take on a busy machine


class Session:
    def __init__(self, *arguments, folder, rows=24, columns=80, term="xterm", standard_output=None, program=PROGRAM, **variables):
        self.screen = Screen(rows, columns)
        self.output = self.partial = ""
        self.mark = 0
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            environment = {**os.environ, "HOME": folder, "TERM": term, **variables}
            os.chdir(folder)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            if standard_output:
                os.dup2(os.open(standard_output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
            os.execve(program, [program, *arguments], environment)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def _read(self):
        """More output, or False at its end."""
        ready, _, _ = select.select([self.fd], [], [], 0.05)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # the other end is closed
            return False
        self.screen.feed(data)
        # What switches the marks around pastes is no text.
        text = self.partial + data.decode(errors="replace")
        self.partial = re.search(r"(\x1b(\[(\?\d*)?)?)?$", text)[0]
        self.output += re.sub(r"\x1b\[\?2004[hl]", "", text[: len(text) - len(self.partial)])
        return bool(data)

    def until(self, holds, what):
        end = time.monotonic() + LONGEST
        while not holds():
            if not self._read() and not holds():
                raise AssertionError(f"the program ended before {what}; its output: {self.output[-2000:]!r}")
            if time.monotonic() > end:
                raise AssertionError(f"no {what} came; the output since: {self.output[self.mark :][-2000:]!r}; the screen:\n{self.screen.text()}")

    def wait(self, text):
        """Until the output since the last wait holds the text; gives what came up to it."""
        self.until(lambda: text in self.output[self.mark :], repr(text))
        begin, self.mark = self.mark, self.output.index(text, self.mark) + len(text)
        return self.output[begin : self.mark]

    def see(self, text):
        """Until the text stands on the screen."""
        self.until(lambda: text in self.screen.text(), f"{text!r} on the screen")

    def send(self, text):
        os.write(self.fd, text.encode())

    def lines_are_cooked(self):
        """Until the program has given the terminal back: from now on Ctrl-C is a signal."""
        self.until(lambda: termios.tcgetattr(self.fd)[3] & termios.ISIG, "statement running")

    def job_in_front(self):
        """Until this shell has given the terminal to a job: from now on Ctrl-C is the job's."""
        self.until(lambda: os.tcgetpgrp(self.fd) != self.pid, "job in the foreground")

    def resize(self, rows, columns, reflow=False):
        if reflow:
            self.screen.reflow(columns)
        else:
            self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def end(self):
        """The exit code."""
        while self._read():
            pass
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status
