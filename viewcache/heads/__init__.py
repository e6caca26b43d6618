"""The head, and its training over a sequence of views."""
