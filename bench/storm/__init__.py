"""Ten thousand signals a second for a minute, an SOS each second: is help as fast, is anything lost, how long after?"""
