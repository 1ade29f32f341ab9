"""Runs in a fresh process: import a handler, answer one event, and say how long both took.

    python cold_child.py MODULE EVENT RESULT

EVENT is a marshalled proxy event, so that no JSON module is loaded before the clock starts.
"""

import sys
from importlib import import_module
from marshal import dump, load
from time import perf_counter, process_time

name, event_file, result_file = sys.argv[1:]
with open(event_file, "rb") as source:
    event = load(source)

used = process_time()
began = perf_counter()
handler = import_module(name).handler
imported = perf_counter()
answer = handler(event, None)
answered = perf_counter()
used = process_time() - used

with open(result_file, "wb") as sink:
    dump(((imported - began) * 1000, (answered - imported) * 1000, used * 1000, answer["statusCode"]), sink)
