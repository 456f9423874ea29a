"""Exercise 8, "Binding Constraint Analysis".

The slide expects the peak to bind at batch 64. Decode turns compute-bound at batch 148; at 64 only the prefill is.
"""

from solvers import sensitivity

for asked in ({"batch_size": 1}, {"batch_size": 64}, {"batch_size": 64, "phase": "prefill"}):
    print(asked, "binding =", sensitivity(**asked, efficiency=0.5).binding)
