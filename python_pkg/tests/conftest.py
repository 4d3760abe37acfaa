"""Settings for all tests of the package; the folder itself comes onto the import path, for `invented` and `oracle`."""

from hypothesis import HealthCheck, settings

# The same examples on every machine and every run: a red build is then a changed program, never a lucky draw.
settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
