"""The console as HTML: strings only, no script, everything escaped in one place."""
