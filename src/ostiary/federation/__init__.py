"""Identity providers: one file per kind, all verifying what somebody presents as proof of who they are."""
