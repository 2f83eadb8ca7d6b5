"""Checked by mypy, not run: the stubs as a user meets them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

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
on_device: lanewise.DeviceArray = lanewise.to_device(x, device=0, stream=None)
back: NDArray[Any] = (lanewise.exp(on_device[::2]) + 1).to_host()
lanewise.to_host(on_device).sum()
gpu_state: str = lanewise.gpu().data["state"]
lanewise.to_device(x, device="cuda")  # type: ignore[arg-type]
lanewise.sum(x, axis="rows")  # type: ignore[arg-type]
lanewise.target(3)  # type: ignore[arg-type]
