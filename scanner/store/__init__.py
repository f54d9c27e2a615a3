"""What was seen, kept: facts of one scan, and the history of places over scans."""
