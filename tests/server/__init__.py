"""The language server: most of it as plain functions, the protocol by a client over standard input and output."""
