"""Training cases: built from simulated facts, with form, key and reason. For training, never for appraising staff."""

from dvstudy.vignettes.build import make
from dvstudy.vignettes.files import write
from dvstudy.vignettes.record import ItemKey, Line, Vignette, VignetteSet, from_json, json_schema

__all__ = ["ItemKey", "Line", "Vignette", "VignetteSet", "from_json", "json_schema", "make", "write"]
