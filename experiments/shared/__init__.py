"""What two or more experiments compute with."""
