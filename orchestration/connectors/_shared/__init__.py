"""What several connectors need and no single source owns."""
