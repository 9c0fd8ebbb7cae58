"""What the audience sees: the live board, plain lines without a terminal, the closing tables, the picture."""
