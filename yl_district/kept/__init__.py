"""Results that are counted once and kept until a register that they rest on changes."""
