"""The life of a case, played at random and judged after every step.

`stage` sets vendors up, `play` is what people and the clock do, `facts` reads the rows, `judge` and
`moves` say what must be true of them; they ask nothing of the product's own rules.
"""
