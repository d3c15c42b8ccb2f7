"""What decides whether gradient descent arrives, and how soon?

    W <- W - e g,    g = gradient of the mean loss over all rows, or over a batch of them

Lecture 11, from "Let's play the game" to "Learning vs. Optimization": the learning rate and the
curvature h, local minima and restarts, batches, poor conditioning, and losses without a minimum.
"""

TITLE = "Gradient descent: step size, starts, batches and conditioning"
