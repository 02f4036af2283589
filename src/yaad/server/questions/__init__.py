"""The questions that pages and programs ask of a book: what was typed in, the answer that every face gives out.

They stand in the server, since what is asked is narrowed to who asks and its answer is kept on the shelf: both are the
server's. The book below knows neither an address nor a shelf, and the faces above do not see each other; so each
question is read in this one place, and a face only says it in its own way: a page, a fragment, an object, a file.
"""
