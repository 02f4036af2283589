"""The pages of the X-ray, one module a page; each takes what was asked of the book and gives a `Page`."""
