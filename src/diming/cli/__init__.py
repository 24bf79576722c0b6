"""The command line: arguments, one service call, print, exit code."""
