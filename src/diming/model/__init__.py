"""What is true of the world. Standard library only; geometry is opaque here."""
