"""The standard forms as data, one file a form, and the choice between them."""
