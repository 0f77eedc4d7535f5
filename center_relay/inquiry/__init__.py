"""問合せサイト: tells a receiver of a certificate whether its back is ours and what its front must say."""
