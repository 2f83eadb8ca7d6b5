"""Checked by mypy, not run: the stubs as a user meets them."""

import numpy as np

import lanewise

x = np.linspace(0.0, 1.0, 11)
y = lanewise.exp(x, out=x, where=x > 0.5)
total: float = lanewise.sum(x, axis=None)
lanewise.sum(x, axis=(0, 1), keepdims=True, initial=1.0)
lanewise.where(x > 0, x, 0.0)
lanewise.clip(x, 0, 1)
lanewise.add.outer(x, x)
name: str = lanewise.exp.__name__
loops: list[str] = lanewise.exp.types
some_later_kernel = lanewise.erf(x)
with lanewise.target("avx2") as used, lanewise.threads(2), lanewise.patched_numpy():
    text: str = used
report: str = lanewise.show().json()
block: int = 4 * lanewise.chunk_elements(x.dtype)
lanewise.combine([1.0, 2.0], [block, 7], function="mean")
lanewise.sum(x, axis="rows")  # type: ignore[arg-type]
lanewise.target(3)  # type: ignore[arg-type]
