"""The synthetic SOS: a proof that the urgent lane works, sent by dispatch each minute."""
