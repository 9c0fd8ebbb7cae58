"""Old against new: may a message or topic change while old and new processes run side by side, and who goes first?

`python -m schemas.compatibility [--base REV]` compares the committed JSON Schemas and topic files of a git revision
with the present ones. Records stay readable for as long as their topic keeps them, so what old writers wrote must
pass new readers; and new writers may start before old readers have stopped.
"""
