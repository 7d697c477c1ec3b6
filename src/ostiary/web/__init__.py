"""What all pages and connections share."""
