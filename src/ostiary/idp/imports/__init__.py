"""Import of users from CSV, and passwords that other systems hashed."""
