"""The exit codes of the command line."""

EXIT_WELL = 0
EXIT_SOME_WRONG = 1
# What a shell reports for a program that Ctrl-C ended.
EXIT_INTERRUPTED = 130
