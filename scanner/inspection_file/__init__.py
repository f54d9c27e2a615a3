"""Reads what people write into an Inspection, or says everything that is wrong with it. Sends nothing."""

from scanner.inspection_file.authority import NotEntitled, Refusal, check_window
from scanner.inspection_file.bare import from_targets
from scanner.inspection_file.crossing import is_internal
from scanner.inspection_file.fault import Fault, InspectionFileError
from scanner.inspection_file.line import read_line
from scanner.inspection_file.reading import read
from scanner.model.hours import standing

__all__ = [
    "Fault",
    "InspectionFileError",
    "NotEntitled",
    "Refusal",
    "check_window",
    "from_targets",
    "is_internal",
    "read",
    "read_line",
    "standing",
]
