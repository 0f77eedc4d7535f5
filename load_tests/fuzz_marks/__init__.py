"""Thousands of damaged and hostile PDF files put to the marks: each is marked whole or refused, in time and in memory."""
