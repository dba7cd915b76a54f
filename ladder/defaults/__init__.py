"""What a new tenant starts with: categories, ladders, matrix, regions. Data, to be edited there."""
