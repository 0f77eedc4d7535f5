"""Mutated scans: whatever is handed in, the answer is a verdict or a typed refusal, in time and in memory, and never a wrong one."""
