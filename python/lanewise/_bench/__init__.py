"""``lanewise bench``: lanewise at every target beside NumPy and others, in one run.

options  the command line
cases    what is measured: kernels of the list x dtypes x sizes, with their inputs
peers    what else can compute the same
measure  rounds in turn, best of rounds
run      the plan: cases, contestants, results as JSON's data
command  progress, files
table    the results in a terminal
page     the results as one HTML file
"""
