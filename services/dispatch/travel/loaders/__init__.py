"""One file a form of street network. Each gives a StreetGraph or raises StreetsUnreadable with file and place."""
