"""The embedded stack: template.yaml run in one process, and the command line around it."""
