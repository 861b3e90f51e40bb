#!/usr/bin/env python3
"""The program on a terminal: run.py PROGRAM [FILTER …]."""
import os
import sys
import unittest

os.environ["DELTASTREAM_PROGRAM"] = os.path.abspath(sys.argv.pop(1))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
loader = unittest.TestLoader()
if len(sys.argv) > 1:
    loader.testNamePatterns = [f"*{word}*" for word in sys.argv[1:]]
suite = loader.discover(os.path.dirname(os.path.abspath(__file__)))
sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())
