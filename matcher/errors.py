"""Every error that the product raises on purpose, with the exit code of its family.

::

    MatcherError                     1   unexpected
    ├── InputError                   2   usage or input that the user can fix
    │   ├── PostingError             2   not a posting, or a posting without requirements
    │   ├── CriteriaError            2   criteria file that cannot be used
    │   ├── ConfigError              2   a setting, a key, a missing optional program
    │   └── CompanyError             2   company.toml incomplete for the requested drafts
    ├── Partial                      3   delivered, but something was not read or not assessed
    ├── WorkspaceError               4   workspace damaged or of another version
    │   ├── ModelMismatch            4   weights whose hash is not the expected one
    │   └── LogError                 4   the audit log cannot be written or does not verify
    ├── WorkspaceLocked              5   another process is writing
    ├── BudgetReached                6   stopped before spending more; resume later
    ├── ModelUnreachable             7   no model answers; the ranking is still delivered
    └── Interrupted                  130

A message says what happened, where, and what to do next.
Only ``matcher.cli`` turns an error into a line and an exit code.
"""

from __future__ import annotations


class MatcherError(Exception):
    """Base of all errors raised on purpose; shown to the user as one sentence."""

    exit_code = 1


class InputError(MatcherError):
    """Usage or input that the user can fix."""

    exit_code = 2


class PostingError(InputError):
    """The file is not a posting, or holds no requirement."""


class CriteriaError(InputError):
    """A criteria file that cannot be used as it stands."""


class ConfigError(InputError):
    """A setting, an environment variable or an optional program is missing or wrong."""


class CompanyError(InputError):
    """company.toml lacks a field that the requested drafts need."""


class Partial(MatcherError):
    """The result was delivered, but some file was not read or some cell not assessed."""

    exit_code = 3


class WorkspaceError(MatcherError):
    """The workspace on disk is damaged or was written by another version."""

    exit_code = 4


class ModelMismatch(WorkspaceError):
    """Model weights whose hash is not the expected one."""


class LogError(WorkspaceError):
    """The audit log cannot be written, or does not verify."""


class WorkspaceLocked(MatcherError):
    """Another process holds the workspace for writing."""

    exit_code = 5


class BudgetReached(MatcherError):
    """The next call could exceed the budget; finished work is kept."""

    exit_code = 6


class ModelUnreachable(MatcherError):
    """No usable answer from the model endpoint (down, refused, quota, authentication)."""

    exit_code = 7


class Interrupted(MatcherError):
    """The user pressed Ctrl-C; finished work is kept."""

    exit_code = 130
