"""A small laboratory on loopback for `yuanjian demo`: servers for showing, not for testing the scanner."""
