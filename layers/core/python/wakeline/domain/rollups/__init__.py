"""Rollups: what the events of a day add up to, kept so that a dashboard need not read events.

`counts` are the counters; `walk` counts the events of one trace; `snapshot` is what one trace adds, to which rows;
`usage` reads tokens and costs out of rows; `text` sorts prompts and errors.
"""
