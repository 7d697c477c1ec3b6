"""The four wire protocols: how an operation's request is read and its answer written."""
