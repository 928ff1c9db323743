"""What else a manifest may look like: as a template, half typed, within a custom resource, or with other settings.

Every function takes a document and a generator of random numbers and gives a new document; the one given stays as it is.
Where a variant makes no sense, it raises `Unsuitable`.
"""

from .custom_resource import custom_resource, joined
from .half_typed import half_typed
from .mutate import mutate
from .outline import Unsuitable
from .template import template

__all__ = ["Unsuitable", "custom_resource", "half_typed", "joined", "mutate", "template"]
