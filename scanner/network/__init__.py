"""The one door to the wire: nothing else in the product opens a socket."""
