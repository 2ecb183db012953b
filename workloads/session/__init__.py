"""Sessions: clients that move between servers, hand their session on, and come back to it in another life."""
