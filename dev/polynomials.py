#!/usr/bin/env python3
"""Polynomials for math functions, with coefficients that a type holds: polynomials.py NAME

Prints the coefficients, and the relative error that is left before any rounding of the arithmetic.
One coefficient after the other, from the lowest degree on, is rounded to the type, and those that
are left are fitted anew, so that they make up for it. A fit is by least squares of the relative error
at Chebyshev's points, which is near the least maximum. Needs mpmath.

  expm1_f32, expm1_f64   q of e^r - 1 = r + r^2 / 2 + r^3 q(r) on [-0.3475, 0.3475], relative to
                         e^r - 1
"""

import sys

import mpmath as mp

mp.mp.prec = 250


def expm1_quotient(r):
    """q and what its error counts: r^3 / (e^r - 1)."""
    return (mp.expm1(r) - r - r**2 / 2) / r**3, r**3 / mp.expm1(r)


# Function, interval, digits of the type, number of coefficients.
CASES = {
    "expm1_f32": (expm1_quotient, mp.mpf("0.3475"), 24, 5),
    "expm1_f64": (expm1_quotient, mp.mpf("0.3475"), 53, 10),
}


def fit(function, end, count, fixed):
    """The coefficients that are not fixed."""
    free = [k for k in range(count) if k not in fixed]
    points = [end * mp.cos(mp.pi * (i + mp.mpf("0.5")) / 80) for i in range(80)]
    matrix, right = mp.matrix(len(points), len(free)), mp.matrix(len(points), 1)
    for row, r in enumerate(points):
        value, weight = function(r)
        for column, k in enumerate(free):
            matrix[row, column] = r**k * weight
        right[row] = (value - sum(c * r**k for k, c in fixed.items())) * weight
    normal = matrix.T * matrix
    return dict(zip(free, mp.lu_solve(normal, matrix.T * right)))


def rounded(value, digits):
    exponent = int(mp.floor(mp.log(abs(value), 2))) - digits + 1
    return mp.ldexp(mp.nint(mp.ldexp(value, -exponent)), exponent)


def main(name):
    function, end, digits, count = CASES[name]
    coefficients = {}
    for k in range(count):
        coefficients[k] = rounded(fit(function, end, count, coefficients)[k], digits)
    worst = mp.mpf(0)
    for i in range(1, 10001):
        for r in (end * i / 10000, -end * i / 10000):
            value, weight = function(r)
            error = (sum(c * r**k for k, c in coefficients.items()) - value) * weight
            worst = max(worst, abs(error))
    for k in range(count):
        print(float(coefficients[k]).hex())
    print("relative error", mp.nstr(worst, 3))


main(*sys.argv[1:])
