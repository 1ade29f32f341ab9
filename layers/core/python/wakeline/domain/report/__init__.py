"""The HTML report: one file that loads nothing, runs nothing, and reads well on a screen and on paper.

Every text goes through `words.escape`; charts are inline SVG drawn from numbers.
"""
