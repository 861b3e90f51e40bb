"""A terminal in memory: what a person would see after these bytes. Knows what xterm does with the sequences that our program and
libedit send; an unknown sequence is an error, so that nothing is passed over unseen."""
import re
import unicodedata


class Screen:
    def __init__(self, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.lines = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.wrap = False  # the cursor stands behind the last column
        self.scrolled = []  # lines that left at the top
        self.rest = b""

    def feed(self, data):
        data = self.rest + data
        self.rest = b""
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            if error.end != len(data):
                raise
            text, self.rest = data[: error.start].decode(), data[error.start :]
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                match = re.match(r"\x1b(\[([?\d;]*)([A-Za-z@])|[=>78])", text[at:])
                if not match:
                    if len(text) - at > 16:
                        raise ValueError(f"unknown sequence {text[at:at + 16]!r}")
                    self.rest = text[at:].encode() + self.rest
                    return
                self.control(match.group(3), match.group(2) or "")
                at += match.end()
            else:
                self.character(text[at])
                at += 1

    def resize(self, rows, columns):
        """As xterm does it: no line flows into the next, and lines are lost at the bottom as long as the cursor stays."""
        self.lines = [(line + [" "] * columns)[:columns] for line in self.lines]
        while len(self.lines) > rows and self.row < len(self.lines) - 1:
            self.lines.pop()
        while len(self.lines) > rows:
            self.scrolled.append(self.lines.pop(0))
            self.row -= 1
        self.lines += [[" "] * columns for _ in range(rows - len(self.lines))]
        self.rows, self.columns = rows, columns
        self.column = min(self.column, columns - 1)

    def reflow(self, columns):
        """As most terminals do it when a window gets narrower: what is too long goes on in the next line, and the cursor stays with its
        text."""
        flowed = []
        for number, line in enumerate(self.lines):
            used = "".join(line).rstrip()
            if number == self.row:
                row, column = len(flowed) + self.column // columns, self.column % columns
                used = used.ljust(1)
            flowed += [list(used[at : at + columns].ljust(columns)) for at in range(0, max(1, len(used)), columns)]
        while len(flowed) > self.rows and not "".join(flowed[-1]).strip():
            flowed.pop()
        assert len(flowed) <= self.rows, "the model has no scrolling here"
        self.lines, self.columns, self.row, self.column = flowed, columns, row, column

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines).rstrip("\n")

    def everything(self):
        above = ["".join(line).rstrip() for line in self.scrolled]
        return "\n".join(above + [self.text()])

    def down(self):
        if self.row + 1 < self.rows:
            self.row += 1
            return
        self.scrolled.append(self.lines.pop(0))
        self.lines.append([" "] * self.columns)

    def character(self, c):
        if c == "\r":
            self.column, self.wrap = 0, False
        elif c == "\n":
            self.down()
            self.wrap = False
        elif c == "\b":
            self.column, self.wrap = max(0, self.column - 1), False
        elif c == "\t":
            self.column = min(self.columns - 1, (self.column // 8 + 1) * 8)
        elif c == "\a":
            pass
        elif unicodedata.combining(c):
            self.lines[self.row][max(0, self.column - 1)] += c
        else:
            cells = 2 if unicodedata.east_asian_width(c) in "WF" else 1
            if self.wrap or self.column + cells > self.columns:
                self.column, self.wrap = 0, False
                self.down()
            self.lines[self.row][self.column] = c
            if cells == 2:
                self.lines[self.row][self.column + 1] = ""
            self.column += cells
            if self.column >= self.columns:
                self.column, self.wrap = self.columns - 1, True

    def control(self, final, arguments):
        if final is None or final in "mhl":
            return
        self.wrap = False
        numbers = [int(number or 0) for number in arguments.split(";")] if arguments else [0]
        count = max(1, numbers[0])
        line = self.lines[self.row]
        if final == "A":
            self.row = max(0, self.row - count)
        elif final == "B":
            self.row = min(self.rows - 1, self.row + count)
        elif final == "C":
            self.column = min(self.columns - 1, self.column + count)
        elif final == "D":
            self.column = max(0, self.column - count)
        elif final == "G":
            self.column = min(self.columns - 1, count - 1)
        elif final == "H":
            self.row = min(self.rows, count) - 1
            self.column = min(self.columns, max(1, numbers[1] if len(numbers) > 1 else 1)) - 1
        elif final == "K" and numbers[0] == 0:
            line[self.column :] = [" "] * (self.columns - self.column)
        elif final == "J" and numbers[0] in (0, 2):
            if numbers[0] == 0:
                line[self.column :] = [" "] * (self.columns - self.column)
            first = self.row + 1 if numbers[0] == 0 else 0
            for row in range(first, self.rows):
                self.lines[row] = [" "] * self.columns
        elif final == "P":
            del line[self.column : self.column + count]
            line += [" "] * (self.columns - len(line))
        elif final == "@":
            line[self.column : self.column] = [" "] * count
            del line[self.columns :]
        else:
            raise ValueError(f"unknown sequence ESC [ {arguments} {final}")
