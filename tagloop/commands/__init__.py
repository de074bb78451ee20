"""The commands by what they are about. Each imports what it needs, so that none pays for others."""
