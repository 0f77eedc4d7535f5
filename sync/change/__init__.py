"""The change data (異動データ): what changed, why, and how it is written down."""
