"""What can be asked. One file is one probe."""
