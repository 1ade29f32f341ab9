"""For every test: no network (pytest-socket lets only unix sockets through), and three strengths of hypothesis."""

import os

from hypothesis import HealthCheck, settings

# A deadline measures the machine, not the code, and a shared example database makes two runs differ.
settings.register_profile("default", deadline=None, database=None, max_examples=100)
settings.register_profile(
    "ci", parent=settings.get_profile("default"), derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "default"))
