"""Audits: many repositories at once, their results kept as tables and queried with SQL.

Dask distributed runs the work, Apache Parquet keeps it and DuckDB queries it. All three belong to the extra
`vmlint[audit]`, and only the functions that need them import them.
"""
