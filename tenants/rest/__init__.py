"""What every operation of the API does alike, whatever it is about: who may call it, what it
refuses, how it pages, how a repeated request is answered, and how all of that is described."""
