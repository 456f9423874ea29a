"""The presentation of a result that all pages share: page types, presenter, working. Import it; do not copy from it."""
