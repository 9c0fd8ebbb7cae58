"""The operator's command, `vigie`: one folder per group of commands, each with its `commands.py`.

It knows the doors and the files, as any client does; it imports no service.
"""
