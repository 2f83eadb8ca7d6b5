"""Builds a package's variants from one manifest: conda channel and wheels (docs/packaging.md)."""
