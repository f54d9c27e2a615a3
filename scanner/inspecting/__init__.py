"""The engine: ties the order, the probes, the network and the store together. Knows no protocol."""
