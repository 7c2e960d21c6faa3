"""Versioned prompt templates, data only: ``<name>/v<N>.md``, loaded by ``matcher.prompting``."""
