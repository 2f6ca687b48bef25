"""Files: inodes, names, open descriptions and descriptors, all in memory."""
