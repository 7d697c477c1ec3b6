"""Pages on a user pool's domain: a file is named like its address."""
