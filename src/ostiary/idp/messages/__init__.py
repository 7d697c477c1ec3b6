"""What pools write to people, and the codes in it."""
