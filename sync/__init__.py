"""Change data (異動データ): from the resident-record system, through checks, into the issuance server's own copy."""
