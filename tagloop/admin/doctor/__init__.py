"""`tagloop doctor`: is everything that Tagloop stands on there, and does it work?"""
