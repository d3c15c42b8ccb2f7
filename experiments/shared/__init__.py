"""Modules that two or more experiments use."""
