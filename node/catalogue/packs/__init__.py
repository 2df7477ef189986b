"""Rule packs: what differs from place to place, as data."""
