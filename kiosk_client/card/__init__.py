"""The resident's card: the conversation with it, and the readers and stand-ins it can be reached through."""
