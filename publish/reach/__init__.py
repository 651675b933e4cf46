"""What a shape can see: which triples around a focus node, which focus nodes surely conform, and which of them a change can concern."""
