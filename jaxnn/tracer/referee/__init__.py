"""JAX's functions carried out by the tracer, and all ways to a derivative compared."""
