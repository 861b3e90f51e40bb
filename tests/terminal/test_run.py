"""`deltastream run` on a terminal."""
import os
import re
import shlex
import tempfile
import unittest

from session import Session

PLAIN = """
SET 'execution.checkpointing.interval' = '50 ms';
CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '5000', 'fields.id.kind' = 'sequence',
  'fields.id.start' = '1', 'fields.id.end' = '100000000');
CREATE TABLE kept (id BIGINT) WITH ('connector' = 'delta', 'table_path' = 'kept');
INSERT INTO kept SELECT id FROM numbers;
"""
WINDOWED = """
CREATE TABLE numbers (id BIGINT, t TIMESTAMP(3), WATERMARK FOR t AS t) WITH ('connector' = 'datagen', 'rows-per-second' = '5000');
CREATE TABLE counts (w TIMESTAMP(3), n BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO counts SELECT window_start, count(*) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(t), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;
"""
PRINTED = """
CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'fields.id.kind' = 'sequence',
  'fields.id.start' = '1', 'fields.id.end' = '100000000');
SELECT id FROM numbers;
"""
RATE = r"[1-9][\d,]*/s"


class Run(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_file(self, text, *arguments, name="pipeline.sql", **look):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)
        session = Session("run", name, *arguments, folder=self.folder, **look)
        self.addCleanup(session.__exit__)
        return session

    def sees(self, session, pattern):
        session.until(lambda: re.search(pattern, session.screen.text()), f"{pattern} on the screen")

    def stop(self, session):
        session.send("\x03")
        self.assertEqual(session.end(), 0, session.output)
        return session.screen.everything()

    # The live view
    def test_the_block_is_redrawn_in_place(self):
        session = self.run_file(PLAIN)
        self.sees(session, rf"^in  numbers .* rows .*{RATE}")
        self.sees(session, rf"(?m)^out kept .* rows .*{RATE}.*  v\d+$")
        self.sees(session, r"checkpoint [1-9]")
        self.assertEqual(len(session.screen.text().splitlines()), 3)
        self.assertNotIn("watermark", session.screen.text())  # no window waits for one
        seen = self.stop(session)
        self.assertNotIn("^C", seen)
        self.assertNotIn("/s", seen)  # the block is gone
        self.assertEqual(seen.splitlines()[0][:14], "stopped after ")
        self.assertEqual(len([line for line in seen.splitlines() if line.startswith("  in  numbers")]), 1)

    def test_a_watermark_where_windows_wait(self):
        session = self.run_file(WINDOWED)
        self.sees(session, r"watermark 20\d\d-")
        self.stop(session)

    def test_a_narrow_window_keeps_the_rates(self):
        session = self.run_file(PLAIN, columns=24)
        self.sees(session, rf"(?s)^in  numbers.*{RATE}.* rows.*out kept.*{RATE}.*checkpoint")
        self.assertLess(max(map(len, session.screen.text().splitlines())), 24)
        self.stop(session)

    def test_a_resized_window_is_drawn_well(self):
        session = self.run_file(PLAIN, rows=10, columns=100)
        self.sees(session, rf"(?m)^out kept .*{RATE}")
        for rows, columns in ((10, 30), (6, 24), (10, 90)):
            before = len(session.output)
            session.resize(rows, columns)
            # Two whole blocks later nothing may be left of the older ones.
            session.until(lambda: session.output.count("\x1b[J", before) >= 3, "redrawn block")
            text = session.screen.text()
            self.assertLess(max(map(len, text.splitlines())), columns, text)
            self.assertEqual(len(re.findall(r"(?m)^in  numbers", session.screen.everything())), 1, session.screen.everything())
        seen = self.stop(session)
        self.assertEqual(seen.splitlines()[0][:14], "stopped after ", seen)

    def test_a_window_that_wraps_its_lines(self):
        session = self.run_file("SET 'no.such.setting' = '1';\n" + PLAIN, columns=100)
        self.sees(session, rf"(?m)^out kept .*{RATE}")
        above = session.screen.text().splitlines()[0]
        before = len(session.output)
        session.resize(24, 40, reflow=True)
        session.until(lambda: session.output.count("\x1b[J", before) >= 3, "redrawn block")
        text = session.screen.text()
        self.assertEqual(text.replace("\n", "")[: len(above)], above.strip(), text)  # what stood above is whole
        self.assertEqual(len(re.findall(r"(?m)^(in |out )", text)), 2, text)
        self.stop(session)

    def test_lines_of_the_log_stand_above_the_block(self):
        session = self.run_file("SET 'no.such.setting' = '1';\n" + PLAIN)
        self.sees(session, rf"(?s)^warning: .*no.such.setting.*\nin  numbers .*{RATE}")
        self.stop(session)

    def test_a_dumb_terminal_gets_plain_lines(self):
        session = self.run_file(PLAIN, term="dumb")
        session.wait("checkpoint")  # a line comes every five seconds
        session.send("\x03")
        session.wait("\nstopped after")
        self.assertEqual(session.end(), 0)
        self.assertNotIn("\x1b", session.output)
        self.assertRegex(session.output, rf"in numbers [\d,]+ rows \({RATE}\); out kept [\d,]+ rows \({RATE}\) v\d+; ")

    def test_no_block_among_printed_rows(self):
        session = self.run_file(PRINTED)
        session.wait("+I[1000]\r\n")
        session.send("\x03")
        session.wait("stopped after")
        self.assertEqual(session.end(), 0)
        self.assertNotIn("\x1b", session.output)

    def test_the_second_ctrl_c_leaves_a_clean_screen(self):
        # A FIFO that nobody writes: its reader cannot be stopped, so the first Ctrl-C stays without effect.
        os.mkfifo(os.path.join(self.folder, "never.json"))
        session = self.run_file(
            "CREATE TABLE numbers (id BIGINT) WITH ('connector' = 'filesystem', 'path' = 'never.json', 'format' = 'json');\n"
            "CREATE TABLE kept (id BIGINT) WITH ('connector' = 'blackhole');\nINSERT INTO kept SELECT id FROM numbers;\n")
        self.sees(session, r"checkpoint \d")
        session.send("\x03")
        session.see("stopping after a last checkpoint")
        session.send("\x03")
        self.assertEqual(session.end(), 130)
        self.assertEqual(session.screen.text().replace("^C", ""), "")

    # Going on
    def test_going_on_is_said(self):
        settings = ["--set", "pipeline.name=it's mine", "--parallelism", "2", "--state", "my state"]
        first = self.run_file(PLAIN, *settings, name="my pipeline.sql")
        self.sees(first, r"checkpoint [1-9]")
        self.assertNotIn("going on", first.output)
        first.send("\x03")
        self.assertEqual(first.end(), 0, first.output)
        command = re.search(r"to go on: (.*)\r\n", first.output)[1]
        self.assertEqual(shlex.split(command), ["deltastream", "run", "my pipeline.sql", *settings[:2], *settings[2:]])
        kept = int(re.search(r"everything up to checkpoint (\d+)", first.output)[1])
        second = Session(*shlex.split(command)[1:], folder=self.folder)
        self.addCleanup(second.__exit__)
        second.see(f"going on from checkpoint {kept}")
        self.sees(second, rf"(?s)going on from checkpoint {kept}\nin  numbers .*{RATE}")
        self.stop(second)


