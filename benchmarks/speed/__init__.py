"""How long the methods of the course take, beside the passes they cannot do without and beside other libraries.

`make bench` measures a small part, `make bench-full` all of it. Read in this order: `subjects` (the models), `jobs`
(what each method has to do), `floors` (the passes alone), `contenders` (ours and the libraries), `measuring` (time and
memory), `one_row` (one method on one model), `growth`, `precision`, `waiting`, `tables`, `figures`, `__main__`.
"""
