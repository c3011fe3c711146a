"""Second stage: what was known of a seat and a person on a date."""
