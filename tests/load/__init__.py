"""What the site takes under load: `make load`, and of one update: `make updates`. Not part of the test suite."""
