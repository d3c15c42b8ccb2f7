"""What does each way of regularising do, and does it lower the error on new rows?

    dropout      E |y - (M X / p) w|^2 = |y - X w|^2 + (1 - p) / p  w' diag(X'X) w
    penalties    H / (H + a) w*  (L2),    sign(w*) max(|w*| - a / H, 0)  (L1)
    stopping     1 - exp(-t h)  is close to  t h / (1 + t h)
    noise        s^2 (E |grad f|^2 + E (f - y) tr Hess f)

Lecture 11, from "Regularization" to "Dropout: Weight Scaling". The formulas are exact or have a
known error; whether dropout and early stopping help is measured on digits and on a noisy sine.
"""

TITLE = "Regularisation: penalties, early stopping, noise and dropout"
