"""Tables in, findings out; one idea a file."""
