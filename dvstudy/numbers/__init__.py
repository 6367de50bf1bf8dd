"""Arithmetic on arrays: no tables, no objects, no files."""
