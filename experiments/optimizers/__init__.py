"""How do momentum and learning rates of each parameter change the path down a loss?

    momentum   v <- a v + (1 - a) g,    W <- W - e v
    AdaGrad    r <- r + g^2,            W <- W - e g / (d + sqrt r)      RMSProp, Adam: averages

Lecture 11, from "Momentum" to "Adam". On quadratic losses rates and limits of the learning rate are
known exactly; on well-known surfaces of two parameters each rule takes its own path; on real tables
all rules race, each at its own tuned learning rate.
"""

TITLE = "Momentum and adaptive learning rates"
