"""The private halves of the exercises, a module a notebook."""
