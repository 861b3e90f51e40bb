#!/usr/bin/env python3
"""Runs the behaviour tests under tests/sql: text files that anyone can write (tests/sql/README.md has the format).

Each file is run as it is, with other parallelism, with tiny batches, and killed by SIGKILL at fault points and resumed; the
expected rows are the same every time. Prints one line for each (file, configuration) that fails, and at the end exactly
"N passed, N failed". Exit code 1 when something failed or nothing ran.
"""
import argparse
import base64
import concurrent.futures
import csv
import ctypes
import datetime
import gzip
import io
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROCESS_TIMEOUT_S = 120
EVENTUALLY_S = 30
KINDS = {"file", "folder", "fixture", "pipeline", "query", "error", "stdout", "remove", "stop", "ended", "without"}


class Failure(Exception):
    """What a test expected and did not get, in one line."""


class Step:
    def __init__(self, kind, arguments, line):
        self.kind, self.arguments, self.line, self.body = kind, arguments, line, []

    def option(self, name, default=None):
        found = re.search(rf"(?:^|\s){name}(?:=(\S+))?(?=\s|$)", self.arguments)
        return default if not found else found.group(1) or True

    @property
    def text(self):
        return "\n".join(self.body).strip("\n") + "\n"


def parse(path):
    """The steps of a test file. Lines before the first section, and lines that begin with '#' at a section's end, describe."""
    steps = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        header = re.match(r"-- ([a-z]+)(?: (.*))?$", line)
        if header and header.group(1) in KINDS:
            steps.append(Step(header.group(1), (header.group(2) or "").strip(), number))
        elif steps:
            steps[-1].body.append(line)
        elif line.strip() and not line.startswith("#"):
            raise Failure(f"line {number} stands before the first section and is no comment")
    if not any(step.kind in ("query", "error", "stdout") for step in steps):
        raise Failure("the file expects nothing")
    return steps


def timestamp(seconds):
    return str(datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=seconds))


def expand(text, lines):
    """Repeats the template for i = 0 … lines-1; ${expression in i} is replaced by its value."""
    codes = {}

    def value(match, i):
        code = codes.setdefault(match.group(1), compile(match.group(1), "<template>", "eval"))
        return str(eval(code, {"i": i, "ts": timestamp}))

    return "".join(re.sub(r"\$\{([^}]*)\}", lambda m, i=i: value(m, i), text) for i in range(lines))


class Configuration:
    def __init__(self, name, settings=None, kills=(), resume=None):
        self.name, self.settings, self.kills = name, settings or {}, list(kills)
        self.resume = resume if resume is not None else self.settings

    @property
    def family(self):
        return self.name.split("-")[0]


SMALL = {"execution.batch-rows": "7", "execution.checkpointing.interval": "2 ms"}
PLAIN = [Configuration("plain")]
PARALLEL = [Configuration(f"parallel-{n}", {"parallelism.default": str(n)}) for n in (2, 3)]
BATCH = [Configuration(f"batch-{n}", {"execution.batch-rows": str(n), "parallelism.default": "2"}) for n in (1, 7)]
KILL_POINTS = ["source-batch:1", "source-batch:5", "before-checkpoint:1", "checkpoint-stored:1", "before-commit:1", "after-commit:1",
               "checkpoint-stored:2", "before-commit:3", "after-commit:2", "source-batch:40"]
KILL = [Configuration(f"kill-{point}", {**SMALL, "parallelism.default": str(1 + number % 3)}, [point],
                      {**SMALL, "parallelism.default": str(1 + (number + 1) % 3)}) for number, point in enumerate(KILL_POINTS)]
KILL.append(Configuration("kill-again-and-again", {**SMALL, "parallelism.default": "2"},
                          ["checkpoint-stored:1", "before-commit:2", "source-batch:9", "after-commit:1", "before-checkpoint:2"]))
QUICK = ["plain", "parallel-2", "batch-7", "kill-checkpoint-stored:1", "kill-before-commit:1"]


def configurations(steps, quick):
    without = " ".join(step.arguments for step in steps if step.kind == "without").split()
    expects_error = any(step.kind == "error" for step in steps)
    directed = any(step.kind == "pipeline" and (step.option("kill") or step.option("background")) for step in steps)
    chosen = PLAIN + PARALLEL
    if not expects_error and not directed:
        chosen = chosen + BATCH
        if any(step.kind == "pipeline" for step in steps):
            chosen = chosen + KILL
    if not any(step.kind == "pipeline" for step in steps):
        chosen = PLAIN
    return [c for c in chosen if c.family not in without and (not quick or c.name in QUICK)]


def drop_override():
    """Root passes every permission bit; without these two capabilities it is refused as anyone is."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


class Run:
    """One test file under one configuration, in a folder of its own."""

    def __init__(self, binary, path, steps, configuration, keep):
        self.binary, self.path, self.steps, self.configuration, self.keep = binary, path, steps, configuration, keep
        self.directory = tempfile.mkdtemp(prefix="deltastream-sql-")
        self.pipelines, self.killed, self.mounts, self.background = 0, 0, [], None
        self.unprivileged = False
        self.last = None  # (return code, stdout, stderr) of the last pipeline or query

    def execute(self):
        try:
            for position, step in enumerate(self.steps):
                following = self.steps[position + 1].kind if position + 1 < len(self.steps) else ""
                getattr(self, "do_" + step.kind)(step, following)
        finally:
            self.close()
        return self.killed

    def close(self):
        if self.background:
            self.background.kill()
            self.background.communicate()
        for mount in reversed(self.mounts):
            subprocess.run(["umount", mount], check=False)
        if self.keep:
            print(f"{self.path.name} [{self.configuration.name}] kept in {self.directory}")
        else:
            shutil.rmtree(self.directory, ignore_errors=True)

    def inside(self, name):
        return os.path.join(self.directory, name)

    def filled(self, text):
        return text.replace("${DIR}", self.directory)

    def start(self, arguments, kill=None):
        environment = {**os.environ, "HOME": self.directory, "TZ": "America/New_York"}
        environment.pop("DELTASTREAM_KILL_AT", None)
        if kill:
            environment["DELTASTREAM_KILL_AT"] = kill
        return subprocess.Popen([self.binary, *arguments], cwd=self.directory, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=drop_override if self.unprivileged else None)

    def call(self, arguments, kill=None):
        process = self.start(arguments, kill)
        try:
            out, err = process.communicate(timeout=PROCESS_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise Failure(f"no end after {PROCESS_TIMEOUT_S} s: {' '.join(arguments)}") from None
        self.last = (process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))
        return process.returncode

    def complain(self, step, text):
        raise Failure(f"line {step.line}: {text}")

    def said(self):
        text = self.last[2] or self.last[1]
        return " | ".join(line for line in text.strip().splitlines() if line.strip())[-400:]

    # The steps, one method each.

    def do_without(self, step, following):
        pass

    def do_file(self, step, following):
        name = step.arguments.split()[0]
        text = self.filled(step.text)
        if step.option("lines"):
            text = expand(text, int(step.option("lines")))
        content = base64.b64decode("".join(text.split())) if step.option("base64") else text.encode()
        if step.option("gzip"):
            content = gzip.compress(content)
        place = pathlib.Path(self.inside(name))
        os.makedirs(place.parent, exist_ok=True)
        # Whole from the first moment on: a job may be watching the folder.
        hidden = place.with_name("." + place.name)
        hidden.write_bytes(content)
        os.replace(hidden, place)

    def do_folder(self, step, following):
        folder = self.inside(step.arguments.split()[0])
        os.makedirs(folder, exist_ok=True)
        if step.option("tmpfs"):
            size = "size=" + step.option("tmpfs")
            if folder in self.mounts:
                subprocess.run(["mount", "-o", "remount," + size, folder], check=True)
            else:
                subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
                self.mounts.append(folder)
        if step.option("read-only"):
            os.chmod(folder, 0o555)
            self.unprivileged = True

    def do_fixture(self, step, following):
        source, name = step.arguments.split()
        shutil.copytree(ROOT / "tests/fixtures" / source, self.inside(name))

    def do_remove(self, step, following):
        path = self.inside(step.arguments)
        shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)

    def do_pipeline(self, step, following):
        self.pipelines += 1
        file = self.inside(f"pipeline-{self.pipelines}.sql")
        if step.text.strip():
            pathlib.Path(file).write_text(self.filled(step.text))
        elif step.option("again"):
            self.pipelines -= 1
            file = self.inside(f"pipeline-{self.pipelines}.sql")
        first, then = self.arguments(file, self.configuration.settings), self.arguments(file, self.configuration.resume)
        if step.option("background"):
            return self.run_in_background(step, first)
        if step.option("kill"):
            settings = {**SMALL, **self.configuration.settings}
            if self.call(self.arguments(file, settings), step.option("kill")) != -signal.SIGKILL:
                self.complain(step, f"not killed at {step.option('kill')}: {self.said()}")
            return None
        code = -signal.SIGKILL if self.configuration.kills else self.call(first)
        for number, point in enumerate(self.configuration.kills):
            code = self.call(then if number else first, point)
            if code != -signal.SIGKILL:
                break
            self.killed += 1
        if code == -signal.SIGKILL:
            code = self.call(then)
        if following not in ("error", "stdout") and code != 0:
            self.complain(step, f"the pipeline ended with {code}: {self.said()}")
        return None

    @staticmethod
    def arguments(file, settings):
        return ["run", file] + [part for key, value in settings.items() for part in ("--set", f"{key}={value}")]

    def run_in_background(self, step, arguments):
        self.background = self.start(arguments)
        awaited = self.inside(step.option("until"))
        deadline = time.monotonic() + PROCESS_TIMEOUT_S
        while not os.path.exists(awaited):
            if self.background.poll() is not None:
                out, err = self.background.communicate()
                self.last = (self.background.returncode, out.decode(), err.decode())
                self.background = None
                self.complain(step, f"the pipeline ended before '{step.option('until')}' appeared: {self.said()}")
            if time.monotonic() > deadline:
                self.complain(step, f"'{step.option('until')}' did not appear in {PROCESS_TIMEOUT_S} s")
            time.sleep(0.01)

    def do_stop(self, step, following):
        self.background.send_signal(signal.SIGINT)
        self.do_ended(step, following)

    def do_ended(self, step, following):
        out, err = self.background.communicate(timeout=PROCESS_TIMEOUT_S)
        self.last = (self.background.returncode, out.decode(), err.decode())
        self.background = None
        if self.last[0] != 0 and following != "error":
            self.complain(step, f"the pipeline in the background ended with {self.last[0]}: {self.said()}")

    def do_error(self, step, following):
        code, out, err = self.last
        wanted = int(step.arguments or 1)
        if code != wanted:
            self.complain(step, f"exit code {wanted} was expected, but it is {code}: {self.said()}")
        for line in self.filled(step.text).splitlines():
            if line.strip() and line.strip() not in err:
                self.complain(step, f"the message lacks '{line.strip()}': {self.said()}")

    def do_stdout(self, step, following):
        code, out, err = self.last
        if code != 0:
            self.complain(step, f"the exit code is {code}: {self.said()}")
        lines = out.splitlines()
        for line in self.filled(step.text).splitlines():
            if not line.strip():
                continue
            if line not in lines:
                self.complain(step, f"standard output lacks the line '{line}': {' | '.join(lines)[:400]}")
            lines.remove(line)

    def do_query(self, step, following):
        how, _, rest = step.arguments.partition(" ")
        ordered, eventually = how == "ordered", how == "eventually"
        sql = rest if ordered or eventually else step.arguments
        body = list(step.body)
        if "----" in body:
            at = body.index("----")
            sql, body = sql + "\n" + "\n".join(body[:at]), body[at + 1:]
        text = "\n".join(line for line in body if line.strip())
        if following == "error":
            self.rows(step, sql, following)
            return
        if text.startswith("= "):
            expected = self.rows(step, text[2:], "")
            if not expected:
                self.complain(step, "the query to compare with gives no row, so the comparison proves nothing")
        else:
            expected = list(csv.reader(io.StringIO(self.filled(text))))
        deadline = time.monotonic() + (EVENTUALLY_S if eventually else 0)
        while True:
            # Where something is still to appear, a table that is not there yet is no error.
            rows = self.rows(step, sql, "error" if time.monotonic() < deadline else following)
            if not ordered:
                rows, expected = sorted(rows), sorted(expected)
            if rows == expected:
                return
            if time.monotonic() >= deadline:
                self.complain(step, difference(rows, expected))
            time.sleep(0.02)

    def rows(self, step, sql, following):
        code = self.call(["sql", "-c", self.filled(sql).strip(), "--format", "csv"])
        if following != "error" and code != 0:
            self.complain(step, f"the query ended with {code}: {self.said()}")
        return [row for row in csv.reader(io.StringIO(self.last[1])) if row][1:]


def difference(rows, expected):
    lost, extra = list(expected), []
    for row in rows:
        lost.remove(row) if row in lost else extra.append(row)
    if not lost and not extra:
        return "the rows are right, but their order is not"

    def show(some):
        return "; ".join(",".join(row) for row in some[:3]) + (" …" if len(some) > 3 else "")

    return f"{len(rows)} rows, expected {len(expected)}; missing {len(lost)}: [{show(lost)}]; unexpected {len(extra)}: [{show(extra)}]"


def run_file(binary, path, quick, only, keep):
    """Yields (configuration, None or what failed)."""
    try:
        steps = parse(path)
    except Failure as failure:
        return [("parse", str(failure))]
    results, killed, kill_runs = [], 0, 0
    for configuration in configurations(steps, quick):
        if only and not re.search(only, configuration.name):
            continue
        try:
            killed += Run(binary, path, steps, configuration, keep).execute()
            results.append((configuration.name, None))
        except Failure as failure:
            results.append((configuration.name, str(failure)))
        except Exception as error:  # the test's own fault: a missing file, a mount refused
            results.append((configuration.name, f"{type(error).__name__}: {error}"))
        kill_runs += bool(configuration.kills)
    if kill_runs and not killed and all(text is None for _, text in results):
        results.append(("kill", "no run died by SIGKILL, so resuming was not tested"))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("filter", nargs="?", default="", help="only files whose name matches this regular expression")
    parser.add_argument("--binary", default=str(ROOT / "build/release/deltastream"))
    parser.add_argument("--tests", default=str(ROOT / "tests/sql"))
    parser.add_argument("--configuration", default="", help="only configurations whose name matches this regular expression")
    parser.add_argument("--quick", action="store_true", help="one configuration of each family")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", action="store_true", help="keep the folders of the runs")
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    if not os.access(options.binary, os.X_OK):
        sys.exit(f"{options.binary} is not there: build it first")
    files = [path for path in sorted(pathlib.Path(options.tests).glob("**/*.test")) if re.search(options.filter, path.name)]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = [(path, pool.submit(run_file, options.binary, path, options.quick, options.configuration, options.keep)) for path in files]
        for path, task in tasks:
            for name, failure in task.result():
                passed, failed = passed + (failure is None), failed + (failure is not None)
                if failure is not None:
                    print(f"FAIL {path.name} [{name}]: {failure}".replace("\n", " "), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
