"""`vigie audit`: is the access register what was written?"""
