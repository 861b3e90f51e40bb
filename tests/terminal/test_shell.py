"""`deltastream sql` on a terminal."""
import os
import tempfile
import unittest

from session import PROGRAM, Session

PROMPT = "deltastream> "
MORE = "        ...> "


class Shell(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def shell(self, *arguments, **look):
        session = Session("sql", *arguments, folder=self.folder.name, **look)
        self.addCleanup(session.__exit__)
        session.wait(PROMPT)
        return session

    def execute(self, shell, statement):
        """The output of a statement."""
        shell.send(statement + "\n")
        output = shell.wait("\r\n" + PROMPT)
        return output.replace("\r\n", "\n")

    # Ctrl-C and Ctrl-D
    def test_ctrl_c_drops_the_line(self):
        shell = self.shell()
        shell.send("SELECT 'dropped")
        shell.wait("dropped")
        shell.send("\x03")
        shell.wait(PROMPT)
        self.assertIn("SELECT 'dropped^C", shell.screen.text().splitlines()[1])
        self.assertIn("\n42\n", self.execute(shell, "SELECT 42 AS x;"))

    def test_ctrl_c_drops_all_lines_of_a_statement(self):
        shell = self.shell()
        shell.send("SELECT 'one',\n")
        shell.wait(MORE)
        shell.send("'two\x03")
        shell.wait("\n" + PROMPT)
        self.assertIn("\n7\n", self.execute(shell, "SELECT 7 AS x;"))

    def test_ctrl_c_interrupts_a_statement(self):
        shell = self.shell()
        shell.send("SELECT 1; SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b; SELECT 'not reached' AS x;\n")
        shell.wait("(1 row)\r\n")  # of the first: the second begins
        shell.send("\x03")
        shell.wait("error: cancelled: the statement was interrupted")
        self.assertNotIn("\nnot reached", shell.wait(PROMPT))
        self.assertIn("\n3\n", self.execute(shell, "SELECT 1 + 2 AS x;"))

    def test_ctrl_c_before_a_statement_has_begun(self):
        shell = self.shell()
        shell.send("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b;\n")
        shell.lines_are_cooked()
        shell.send("\x03")
        shell.wait("error: cancelled: the statement was interrupted")
        shell.wait(PROMPT)
        self.assertIn("\n3\n", self.execute(shell, "SELECT 1 + 2 AS x;"))

    def test_ctrl_c_interrupts_rows_that_are_being_printed(self):
        shell = self.shell("--format", "csv")
        shell.send("SELECT range AS n FROM range(1000000000000); SELECT 'not reached' AS x;\n")
        shell.wait("\n1000\r\n")
        shell.send("\x03")
        shell.wait("error: cancelled")
        self.assertNotIn("\nnot reached", shell.wait(PROMPT))
        self.assertIn("\n3\n", self.execute(shell, "SELECT 1 + 2 AS x;"))

    def test_a_signal_at_the_prompt_does_no_harm(self):
        shell = self.shell()
        os.kill(shell.pid, 2)
        shell.send("\x15SELECT 1 + 2 AS x;\n")
        shell.wait("\r\n3\r\n(1 row)")

    def test_ctrl_z_suspends(self):
        bash = Session("--norc", "--noprofile", "-i", folder=self.folder.name, program="/bin/bash", PS1="bash> ")
        self.addCleanup(bash.__exit__)
        bash.wait("bash> ")
        bash.send(f"{PROGRAM} sql\n")
        bash.wait(PROMPT)
        bash.send("SELECT 1")
        bash.wait("SELECT 1")
        bash.send("\x1a")
        bash.wait("Stopped")
        bash.wait("bash> ")
        bash.send("fg\n")
        bash.wait(PROMPT + "SELECT 1")  # as it was left
        bash.send(" + 1 AS x;\n")
        bash.wait("\r\n2\r\n")
        bash.wait(PROMPT)
        bash.send("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b;\n")
        bash.lines_are_cooked()
        bash.send("\x1a")
        bash.wait("Stopped")
        bash.wait("bash> ")
        bash.send("fg\n")
        bash.wait(f"{PROGRAM} sql\r\n")
        bash.job_in_front()  # bash says the name before it lets go
        bash.send("\x03")
        bash.wait("error: cancelled")
        bash.wait(PROMPT)
        bash.send("\x04")
        bash.wait("bash> ")

    def test_ctrl_d_leaves(self):
        shell = self.shell()
        shell.send("\x04")
        self.assertEqual(shell.end(), 0)

    def test_ctrl_d_leaves_after_an_interrupt(self):
        shell = self.shell()
        shell.send("SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b;\n")
        shell.lines_are_cooked()
        shell.send("\x03")
        shell.wait("error: cancelled")
        shell.wait(PROMPT)
        shell.send("\x04")
        self.assertEqual(shell.end(), 0)

    # History
    def test_history_keeps_statements(self):
        first = self.shell()
        first.send("SELECT 1\n")
        first.wait(MORE)
        self.assertIn("\n3\n", self.execute(first, "  + 2 AS x;"))
        second = self.shell()  # at the same time
        self.execute(second, "SELECT 'second' AS x;")
        self.execute(first, "SELECT 'first' AS x;")
        first.send("\x04")
        self.assertEqual(first.end(), 0)
        second.send("\\q\n")
        self.assertEqual(second.end(), 0)
        history = os.path.join(self.folder.name, ".deltastream_history")
        self.assertEqual(os.stat(history).st_mode & 0o777, 0o600)
        with open(history) as file:
            self.assertEqual(len(file.read().splitlines()), 5)  # libedit's first line, three statements, \q
        third = self.shell()
        third.send("\x1b[A" * 4)  # past \q, first, second
        third.see("+ 2 AS x;")
        third.send("\n")
        third.wait("\r\n3\r\n")

    def test_history_outlives_a_kill(self):
        first = self.shell()
        self.execute(first, "SELECT 'kept' AS x;")
        os.kill(first.pid, 9)
        first.end()
        second = self.shell()
        second.send("\x1b[A")
        second.see("SELECT 'kept' AS x;")

    # Completion
    def complete(self, shell, typed, expected):
        shell.send(typed + "\t")
        shell.see(PROMPT + expected)
        shell.send("\x15")
        shell.until(lambda: shell.screen.text().splitlines()[-1].rstrip() == PROMPT.rstrip(), "empty line")

    def test_completion(self):
        shell = self.shell()
        self.execute(shell, "CREATE TABLE flights(carrier_name INT, dep_delay INT);")
        self.execute(shell, "CREATE TEMP TABLE flown(x INT);")
        self.complete(shell, "SELEC", "SELECT")
        self.complete(shell, "select * from fli", "select * from flights")
        self.complete(shell, "select * from flow", "select * from flown")
        self.complete(shell, "select carrier_", "select carrier_name")
        self.complete(shell, "select * from flights where dep_d", "select * from flights where dep_delay")
        self.complete(shell, "select date_tr", "select date_trunc")
        self.complete(shell, "select * from delta_sc", "select * from delta_scan")
        self.complete(shell, "\\timi", "\\timing")
        self.complete(shell, "\\d fli", "\\d flights")

    def test_completion_goes_over_lines(self):
        shell = self.shell()
        self.execute(shell, "CREATE TABLE flights(carrier_name INT, dep_delay INT);")
        shell.send("SELECT 'it''s',\n")
        shell.wait(MORE)
        shell.send("carrier_\t")
        shell.see(MORE + "carrier_name")

    def test_completion_lists_what_is_possible(self):
        shell = self.shell()
        self.execute(shell, "CREATE TABLE flights_of_2013(x INT);")
        self.execute(shell, "CREATE TABLE flights_of_2014(x INT);")
        self.complete(shell, "SELECT * FROM fligh", "SELECT * FROM flights_of_201")
        shell.send("SELECT * FROM flights_of_201\t")
        shell.see("flights_of_2013  flights_of_2014")
        shell.see(PROMPT + "SELECT * FROM flights_of_201")

    def test_completion_of_paths(self):
        os.makedirs(os.path.join(self.folder.name, "lake/flights/_delta_log"))
        os.makedirs(os.path.join(self.folder.name, "lake/it's"))
        open(os.path.join(self.folder.name, "planes.csv"), "w").close()
        shell = self.shell()
        self.complete(shell, "SELECT * FROM 'pla", "SELECT * FROM 'planes.csv'")
        self.complete(shell, "SELECT * FROM delta_scan('lak", "SELECT * FROM delta_scan('lake/")
        self.complete(shell, "SELECT * FROM delta_scan('lake/fl", "SELECT * FROM delta_scan('lake/flights'")
        self.complete(shell, "SELECT * FROM delta.`lake/fl", "SELECT * FROM delta.`lake/flights`")
        self.complete(shell, "SELECT * FROM 'lake/i", "SELECT * FROM 'lake/it''s/")
        self.complete(shell, "\\i pla", "\\i planes.csv")

    def test_completion_of_columns_of_files(self):
        shell = self.shell()
        self.execute(shell, "COPY (SELECT 1 AS tail_number) TO 'planes.parquet';")
        self.complete(shell, "FROM 'planes.parquet' SELECT tail_", "FROM 'planes.parquet' SELECT tail_number")

    # Typing
    def test_other_alphabets_whatever_the_language(self):
        shell = self.shell(LC_ALL="C")
        self.assertIn("\nö日本\n", self.execute(shell, "SELECT 'ö日本' AS x;"))
        shell.send("\x1b[A")
        shell.see(PROMPT + "SELECT 'ö日本' AS x;")

    def test_a_paste_is_taken_as_it_is(self):
        shell = self.shell()
        shell.send("\x1b[200~SELECT 1 AS a,\r\t2 AS b;\rSELECT 'x\t' AS c;\x1b[201~")
        shell.see("AS c;")
        self.assertNotIn("(1 row)", shell.screen.text())  # nothing runs before Enter
        shell.send("\n")
        shell.wait("\r\n1 │ 2\r\n")
        shell.wait("\r\nx\\t\r\n")
        shell.wait(PROMPT)
        shell.send("\x1b[A\x1b[A")
        shell.until(lambda: "2 AS b;" in shell.screen.text().split(PROMPT.strip())[-1], "first statement")
        self.assertNotIn("AS c", shell.screen.text().split(PROMPT.strip())[-1])  # each statement is an entry

    # Results
    def table(self, output):
        """The lines of a result, without the statement before and the prompt after."""
        return output.split("\n")[1:-1]

    def test_columns_fit_the_width(self):
        shell = self.shell(columns=60)
        lines = self.table(self.execute(shell, "SELECT 1 n, repeat('x', 99) a, repeat('é', 99) b;"))
        self.assertEqual(len(lines[2]), 60)
        self.assertIn("(1 row; values that end in … are cut)", lines)
        names = ", ".join(f"{i} AS column_{i}" for i in range(30))
        lines = self.table(self.execute(shell, f"SELECT {names};"))
        self.assertLessEqual(max(map(len, lines[-4:])), 60)
        self.assertIn("column_0", lines[-4])
        self.assertIn("column_29", lines[-4])
        self.assertRegex(lines[-1], r"^\(1 row; 30 columns, \d shown\)$")
        shell.resize(24, 200)
        lines = self.table(self.execute(shell, "SELECT repeat('x', 150) a;"))
        self.assertIn("x" * 150, lines)

    def test_a_terminal_shows_some_rows(self):
        shell = self.shell(rows=60)
        lines = self.table(self.execute(shell, "SELECT range AS n FROM range(10000);"))
        self.assertEqual(lines[-1], "(10,000 rows, 40 shown)")
        self.assertEqual([line.strip() for line in lines[2:-1]], [str(n) for n in range(20)] + ["·"] + [str(n) for n in range(9980, 10000)])
        self.execute(shell, "\\maxrows 4")
        self.assertEqual([line.strip() for line in self.table(self.execute(shell, "SELECT range AS n FROM range(9);"))],
                         ["n", "─", "0", "1", "·", "7", "8", "(9 rows, 4 shown)"])
        self.execute(shell, "\\maxrows 0")
        self.assertIn("(100 rows)", self.execute(shell, "SELECT range AS n FROM range(100);"))

    def test_pipes_and_files_get_all_rows(self):
        statement = "SELECT range AS n, repeat('x', 70) a, repeat('y', 70) b FROM range(100)"
        file = os.path.join(self.folder.name, "out.txt")
        with Session("sql", "-c", statement, folder=self.folder.name, standard_output=file) as session:
            self.assertEqual(session.end(), 0)
        with open(file) as output:
            text = output.read()
        self.assertIn("(100 rows)", text)
        self.assertIn("x" * 70 + " │ " + "y" * 70, text)
        with Session("sql", "-c", statement, folder=self.folder.name) as session:
            self.assertEqual(session.end(), 0)
            self.assertIn("(100 rows, 40 shown; values that end in … are cut)", session.output)
        with Session("sql", "--rows", "0", "-c", "SELECT range AS n FROM range(100)", folder=self.folder.name) as session:
            self.assertEqual(session.end(), 0)
            self.assertIn("(100 rows)", session.output)

    def test_ctrl_c_leaves_no_half_file(self):
        statement = "SELECT range AS n FROM range(1000000000000)"
        with Session("sql", "--format", "csv", "--output", "out.csv", "-c", statement, folder=self.folder.name) as session:
            part = os.path.join(self.folder.name, ".out.csv.part")
            session.until(lambda: os.path.exists(part) and os.path.getsize(part) > 0, "rows in the file")
            session.send("\x03")
            self.assertEqual(session.end(), -2)  # by the signal, as a shell expects it
            self.assertIn("error: cancelled: ", session.output)
            self.assertEqual([name for name in os.listdir(self.folder.name) if "out.csv" in name], [])

    # Commands
    def test_commands(self):
        with open(os.path.join(self.folder.name, "some.sql"), "w") as file:
            file.write("CREATE TABLE t(a INT, b VARCHAR);\nINSERT INTO t VALUES (1, 'x'), (2, 'y');")
        shell = self.shell(columns=160, rows=60)
        self.assertIn("\\timing .timer [on|off]", self.execute(shell, "\\?"))
        self.execute(shell, "\\i some.sql")
        self.assertRegex(self.execute(shell, "\\d"), r"memory +│ main +│ t +│ table")
        self.assertRegex(self.execute(shell, "\\d t"), r"b +│ VARCHAR")
        self.assertIn("memory", self.execute(shell, "\\l"))
        self.execute(shell, "\\format csv")
        self.assertIn("\na,b\n1,x\n2,y\n", self.execute(shell, "FROM t ORDER BY a;"))
        self.execute(shell, "\\x")
        self.assertIn("─[ 2 ]─\na │ 2\nb │ y\n", self.execute(shell, "FROM t ORDER BY a;"))
        self.execute(shell, "\\timing")
        self.assertRegex(self.execute(shell, "SELECT 1;"), r"Time: \d+\.\d+ ms")
        self.execute(shell, "\\once rows.json")
        self.execute(shell, "FROM t ORDER BY a;")
        with open(os.path.join(self.folder.name, "rows.json")) as file:
            self.assertEqual(file.read(), '{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n')
        self.assertIn("error: invalid argument: '\\nonsense' is no command", self.execute(shell, "\\nonsense"))
        self.assertIn("error: not found", self.execute(shell, "\\i none.sql"))
        shell.send("exit\n")
        self.assertEqual(shell.end(), 0)
