"""The pages: Django views and templates over one book. They hold no rule and no arithmetic of figures.

Each page is one address that answers HTML, a fragment of it (to htmx), JSON or CSV. All words come from the catalogue
``web``; figures in words and charts come from `yaad.show`, so that page, notebook and file say the same.
"""
