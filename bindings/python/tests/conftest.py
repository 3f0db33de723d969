"""Settings of hypothesis, which generates 20 documents per test instead of 100."""

from hypothesis import settings

settings.register_profile("short", max_examples=20, deadline=None)
settings.load_profile("short")
