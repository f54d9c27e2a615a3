"""Applications that speak HTTP and are told by what they say: one file each. None of them judges."""
