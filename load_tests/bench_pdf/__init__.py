"""How fast certificates are built: this project's two writers beside stock libraries, the same content in one run."""
