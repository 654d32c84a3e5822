"""Tools around the notebooks, for authors and teachers: build, execute, set up, check the environment."""
