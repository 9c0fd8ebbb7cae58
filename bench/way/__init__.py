"""The whole way: from a device's send to a tablet's receive, as both clients saw it, split by hop from the traces."""
