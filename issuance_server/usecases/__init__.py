"""What the issuance server does, one verb a file; no input or output of their own."""
