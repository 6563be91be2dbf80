"""What the review page says, in two languages."""
