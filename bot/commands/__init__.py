"""The subcommands of `baton`, one topic a file; each registers itself on the command line's app."""
