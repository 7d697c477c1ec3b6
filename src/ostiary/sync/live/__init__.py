"""Live: an open app hears at once which of its datasets changed, without anybody between it and the server."""
