"""From facts to the finished set: judged, tracked, written, sealed. Sends nothing."""
