"""Statistics, decisions and the verdict: facts and figures."""
