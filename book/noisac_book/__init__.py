"""What the pages of this book need beside `noisac`: one module per chapter, under the chapter's name.

`noisac_book.derivations` has the derivations in SymPy, `noisac_book.explorers` the interactive pictures,
`noisac_book.audit` the combinations of readings. All of it may use `noisac`, which imports none of it.
"""
