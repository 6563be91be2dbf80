"""`python -m qztopics` is the command line."""

from qztopics.cli.main import main

main()
