#!/usr/bin/env python3
"""Binds what a shared library both defines and uses, so that the loader need not look it up by name at every start.

    tools/bind_library.py IN OUT

What linking with -Bsymbolic would have done, for a library that comes already linked: references to its own symbols become plain
offsets in the tables of relocations, and calls between its own functions go straight where they lead. Symbols that a whole process
must share (GNU unique: the state of inline functions) and all that other libraries define are still looked up. A program that means
to put its own function in the place of one of the library's must link the library as it came.
Knows ELF files of x86-64; any other file is copied as it is. OUT appears whole or not at all.
"""
import os
import pathlib
import struct
import sys
import tempfile

PT_LOAD, PT_DYNAMIC = 1, 2
DT_PLTRELSZ, DT_SYMTAB, DT_RELA, DT_RELASZ, DT_JMPREL, DT_RELACOUNT = 2, 6, 7, 8, 23, 0x6FFFFFF9
R_64, R_GLOB_DAT, R_JUMP_SLOT, R_RELATIVE = 1, 6, 7, 8
FIRST_RESERVED_SECTION = 0xFF00
STB_GLOBAL, STB_WEAK = 1, 2
STT_NOTYPE, STT_OBJECT, STT_FUNC = 0, 1, 2
RELA = struct.Struct("<QQq")


class Library:
    def __init__(self, data):
        self.data = data
        table, size, count = (*struct.unpack_from("<Q", data, 32), *struct.unpack_from("<HH", data, 54))
        segments = [struct.unpack_from("<IIQQQQQQ", data, table + i * size) for i in range(count)]
        self.loads = [(address, offset, length) for kind, _, offset, address, _, length, _, _ in segments if kind == PT_LOAD]
        self.dynamic = {}
        for kind, _, offset, _, _, length, _, _ in segments:
            if kind == PT_DYNAMIC:
                for at in range(offset, offset + length, 16):
                    tag, value = struct.unpack_from("<QQ", data, at)
                    if tag == 0:
                        break
                    self.dynamic[tag] = (at, value)

    def at(self, address):
        """Where in the file the byte stands that will be loaded there."""
        for start, offset, length in self.loads:
            if start <= address < start + length:
                return offset + address - start
        raise ValueError(f"no byte of the file is loaded at {address:#x}")

    def own_address(self, symbol, kinds):
        """Where the symbol lies if it is the library's own and need not be shared, else None."""
        _, info, _, section, address, _ = struct.unpack_from("<IBBHQQ", self.data, self.at(self.dynamic[DT_SYMTAB][1]) + symbol * 24)
        own = 0 < section < FIRST_RESERVED_SECTION and info >> 4 in (STB_GLOBAL, STB_WEAK) and info & 15 in kinds
        return address if own else None

    def bind_data(self):
        begin = self.at(self.dynamic[DT_RELA][1])
        end = begin + self.dynamic[DT_RELASZ][1]
        relative, others, bound = [], [], 0
        for at in range(begin, end, RELA.size):
            place, info, addend = RELA.unpack_from(self.data, at)
            kind, symbol = info & 0xFFFFFFFF, info >> 32
            if kind in (R_64, R_GLOB_DAT) and symbol:
                address = self.own_address(symbol, (STT_NOTYPE, STT_OBJECT, STT_FUNC))
                if address is not None:
                    info, addend, bound = R_RELATIVE, address + (addend if kind == R_64 else 0), bound + 1
            (relative if info == R_RELATIVE else others).append((place, info, addend))
        # The loader takes the first DT_RELACOUNT of them to be relative, and goes through memory once when they are in order.
        for at, entry in zip(range(begin, end, RELA.size), sorted(relative) + others):
            RELA.pack_into(self.data, at, *entry)
        if DT_RELACOUNT in self.dynamic:
            struct.pack_into("<QQ", self.data, self.dynamic[DT_RELACOUNT][0], DT_RELACOUNT, len(relative))
        return bound

    def bind_calls(self):
        """A slot holds the way to the loader's look-up until the first call, as an offset in the library: now it holds the function's."""
        begin, bound = self.at(self.dynamic[DT_JMPREL][1]), 0
        for at in range(begin, begin + self.dynamic[DT_PLTRELSZ][1], RELA.size):
            place, info, _ = RELA.unpack_from(self.data, at)
            address = self.own_address(info >> 32, (STT_FUNC,)) if info & 0xFFFFFFFF == R_JUMP_SLOT else None
            if address is not None:
                struct.pack_into("<Q", self.data, self.at(place), address)
                bound += 1
        return bound


def bind(data):
    """Binds in place; the numbers of references and of calls that were bound."""
    is_x86_64 = data[:6] == b"\x7fELF\x02\x01" and struct.unpack_from("<H", data, 18) == (62,)
    if not is_x86_64:
        return 0, 0
    library = Library(data)
    has = library.dynamic.keys()
    return (library.bind_data() if {DT_SYMTAB, DT_RELA, DT_RELASZ} <= has else 0,
            library.bind_calls() if {DT_SYMTAB, DT_JMPREL, DT_PLTRELSZ} <= has else 0)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = map(pathlib.Path, sys.argv[1:])
    data = bytearray(source.read_bytes())
    references, calls = bind(data)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        os.chmod(name, 0o755)
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise
    print(f"{target}: {references} references and {calls} calls bound")


if __name__ == "__main__":
    main()
