"""What happens in the sample company: its people, their work, and how they use AI tools."""
