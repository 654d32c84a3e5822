"""The public halves of the exercises, a module a notebook."""
