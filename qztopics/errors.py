"""One base error, its children, and the exit code of each (product contract: see the README's table of exit codes).

A message is one sentence that says what is wrong, where, what was expected, what was found and what to do.
"""

from __future__ import annotations

from typing import ClassVar


class QztopicsError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code: ClassVar[int] = 1


class UsageError(QztopicsError):
    """The command was put together wrongly."""

    exit_code = 2


class TooManyRejectedError(QztopicsError):
    """The run finished, but more inputs were rejected than `--max-bad` allows."""

    exit_code = 3


class DataError(QztopicsError):
    """A label file, a code or a model bundle holds what it must not."""

    exit_code = 65


class BundleError(DataError):
    """A model bundle is damaged, foreign or of another format."""


class InputMissingError(QztopicsError):
    """An input does not exist, or a folder holds nothing to read."""

    exit_code = 66


class OutputError(QztopicsError):
    """An output cannot be created where it was asked for."""

    exit_code = 73


class StorageError(QztopicsError):
    """The disk is full or failed while a file was written."""

    exit_code = 74


class LockedError(QztopicsError):
    """Another run holds the lock."""

    exit_code = 75


class SettingsError(QztopicsError):
    """Settings, taxonomy or lexicon are wrong."""

    exit_code = 78
