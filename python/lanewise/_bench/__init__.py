"""``lanewise bench``: lanewise at every target beside NumPy and others, in one run.

options  the command line
cases    what is measured: kernels of the list x dtypes x sizes, with their inputs
one_thread      limits of the libraries beside it
numpy_baseline  NumPy as it runs on every machine, in a process of its own
peers    what else can compute the same
measure  rounds in turn, best of rounds
run      the plan: cases, contestants, results as JSON's data
command  progress, files
table    the results in a terminal
page     the results as one HTML file
"""
