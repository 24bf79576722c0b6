"""Our own memory (存储): one protocol, kept in a GeoPackage, a PostGIS server, or in memory."""
