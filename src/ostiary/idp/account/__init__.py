"""What people do to their own account: sign up, change their profile, passwords, factors, devices and sessions."""
