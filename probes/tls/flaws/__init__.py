"""Known flaws of implementations, each asked in the mildest way that still proves it."""
