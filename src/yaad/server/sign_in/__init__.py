"""How people sign in: django-allauth's flows with our own rules, words and mails."""
