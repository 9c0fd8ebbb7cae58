"""The operator's command, `vigie`: one folder per group of commands, each with its `commands.py`.

It knows the doors and the files, as any client does. `replay` alone imports a service: what it asks again is
dispatch's own decision, not a copy, and it is loaded only when it is called.
"""
