"""Names on lists: read the lists that users bring, find who may be on them, keep what people decided.

A hit is a lead for a person, never a verdict: ``match`` says which name, by which key, on which edition of which
list, and why; ``decisions`` keeps what a person made of it. Package parts: ``lists`` and the loaders under it;
``script`` (folding), ``sound`` and ``readings``; ``words`` (legal forms, gloss); ``keys``; ``scoring`` and
``index``; ``changes``; ``decisions``.
"""
