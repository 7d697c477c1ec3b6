"""What proves who somebody is: passwords, one-time passwords, passkeys, recovery codes, devices."""
