"""Pictures of the comparison, all in one style."""
