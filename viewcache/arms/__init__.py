"""What is compared: arms, their heads, and whether the comparison is fair."""
