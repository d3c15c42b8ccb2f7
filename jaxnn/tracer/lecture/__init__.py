"""A computation as a lecture shows it: tables, graphs, counts of operations."""
