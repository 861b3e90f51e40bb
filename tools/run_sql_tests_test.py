#!/usr/bin/env python3
"""Tests of the behaviour-test runner: it must fail where the program under test does wrong. A shell script plays the program."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUNNER = pathlib.Path(__file__).with_name("run_sql_tests.py")
# Writes one row at `run`, dies at the fault point when one is asked for, and prints the rows at `sql`.
PROGRAM = """#!/bin/sh
if [ "$1" = run ]; then
  {before_kill}
  [ -n "$DELTASTREAM_KILL_AT" ] && {kill}
  {after_kill}
else
  echo id; cat rows
fi
"""
RIGHT = {"before_kill": "", "kill": "kill -9 $$", "after_kill": "echo 1 > rows"}
TEST = "# One row.\n-- pipeline\nINSERT\n-- query SELECT id\n1\n"


class RunnerTest(unittest.TestCase):
    def run_with(self, test, arguments=(), **parts):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "program")
            program.write_text(PROGRAM.format(**{**RIGHT, **parts}))
            program.chmod(0o755)
            if test is not None:
                pathlib.Path(folder, "one.test").write_text(test)
            done = subprocess.run([sys.executable, str(RUNNER), "--binary", str(program), "--tests", folder, *arguments],
                                  capture_output=True, text=True, env={**os.environ, "TMPDIR": folder}, check=False)
        return done.returncode, done.stdout.strip().splitlines()

    def test_a_right_program_passes_in_every_configuration(self):
        code, lines = self.run_with(TEST)
        self.assertEqual(code, 0)
        self.assertEqual(lines, ["16 passed, 0 failed"])

    def test_wrong_rows_fail_with_what_is_missing_and_what_is_too_much(self):
        code, lines = self.run_with(TEST, after_kill="echo 2 > rows")
        self.assertEqual(code, 1)
        self.assertIn("missing 1: [1]; unexpected 1: [2]", lines[0])
        self.assertEqual(lines[-1], "0 passed, 16 failed")

    def test_a_row_doubled_by_a_crash_fails_where_it_was_killed_only(self):
        code, lines = self.run_with(TEST, before_kill="echo 1 >> rows", after_kill=":")
        self.assertEqual(code, 1)
        self.assertEqual(lines[-1], "5 passed, 11 failed")
        self.assertTrue(all("[kill-" in line for line in lines[:-1]))

    def test_a_program_that_never_dies_has_not_been_tested(self):
        code, lines = self.run_with(TEST, kill=":")
        self.assertEqual(code, 1)
        self.assertIn("no run died by SIGKILL", lines[0])

    def test_a_failing_pipeline_fails_unless_it_is_expected(self):
        error = {"after_kill": "echo 'no such table t' >&2; exit 1"}
        self.assertEqual(self.run_with(TEST, **error)[0], 1)
        expecting = "-- pipeline\nINSERT\n-- error\nno such table\n"
        self.assertEqual(self.run_with(expecting, **error), (0, ["3 passed, 0 failed"]))
        self.assertEqual(self.run_with(expecting.replace("no such", "another"), **error)[0], 1)
        self.assertEqual(self.run_with(expecting.replace("-- error", "-- error 2"), **error)[0], 1)
        self.assertEqual(self.run_with(expecting)[0], 1)

    def test_order_counts_where_it_is_asked_for(self):
        two = {"after_kill": "printf '2\\n1\\n' > rows"}
        test = "-- pipeline\nINSERT\n-- query {}SELECT id\n1\n2\n"
        self.assertEqual(self.run_with(test.format(""), **two)[0], 0)
        code, lines = self.run_with(test.format("ordered "), **two)
        self.assertEqual(code, 1)
        self.assertIn("order", lines[0])

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(self.run_with(None), (1, ["0 passed, 0 failed"]))
        self.assertEqual(self.run_with(TEST, ["no such name"]), (1, ["0 passed, 0 failed"]))

    def test_a_file_that_expects_nothing_is_a_failure(self):
        self.assertEqual(self.run_with("-- pipeline\nINSERT\n")[1], ["FAIL one.test [parse]: the file expects nothing", "0 passed, 1 failed"])

    def test_templates_repeat(self):
        test = "-- file rows lines=3\n${i * 10}\n-- pipeline\nINSERT\n-- query SELECT id\n0\n10\n20\n"
        self.assertEqual(self.run_with(test, after_kill=":")[0], 0)


if __name__ == "__main__":
    unittest.main()
