"""The quick writer: the same sheets as the reference writer's, put together from parts made once a process."""
