"""What a Tagloop in containers needs beside its services."""
