"""Decisions on tickets: what is offered, what is written, and taking it back."""
