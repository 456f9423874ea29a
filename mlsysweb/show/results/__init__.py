"""What every page shows of a result: the page's contract, the presenter, the working. Copy nothing from here into a
page; import it."""
