"""What the relay costs on AWS, as arithmetic that can be checked."""
