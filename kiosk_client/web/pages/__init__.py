"""What each screen shows, by the parts of a visit: identification, application, settlement."""
