"""The decision page and the one-pager: what a person weighs, in their order."""
