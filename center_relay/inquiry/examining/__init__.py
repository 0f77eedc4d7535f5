"""Looking at scans from strangers, in a process that holds no key, opens no file and lives for one inquiry."""
