"""Long experiments behind figures in the README and in docs/."""
