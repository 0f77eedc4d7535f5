"""The certificate: its rules, its messages and its paper; pure, without input or output."""
