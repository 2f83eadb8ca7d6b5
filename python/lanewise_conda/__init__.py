"""lanewise's virtual packages in conda, and ``conda lanewise``.

Runs inside conda's own Python and therefore needs neither NumPy nor the package ``lanewise``, only
the program ``lanewise-detect``.
"""
