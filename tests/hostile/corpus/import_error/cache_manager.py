"""Imports what isn't there."""

import numpy_that_is_not_there
