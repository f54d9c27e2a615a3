"""Renderers over a finished inspection. None of them touches the network."""
