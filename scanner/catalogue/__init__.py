"""The catalogue: checks, duties, laws and words as data, and the loaders that hold them together."""
