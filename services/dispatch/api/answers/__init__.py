"""What the routes answer, for the OpenAPI document: clients are written from it alone.

The routes answer plain JSON made by `views`; that it has these shapes is checked by tests on every answer, not at run
time: a tap must not fail because a description is behind.
"""
