"""What people need before an inspection: files drafted from lists, notices and pages drafted from files. Sends nothing."""

from scanner.drafting.contact_page import render_contact_page
from scanner.drafting.draft import Draft, DraftSystem, DraftTarget, DraftUnit
from scanner.drafting.inspection_text import render_inspection
from scanner.drafting.list_fault import ListError, ListFault
from scanner.drafting.notice import render_notice
from scanner.drafting.proof import prove
from scanner.drafting.unit_list import read_unit_list

__all__ = [
    "Draft",
    "DraftSystem",
    "DraftTarget",
    "DraftUnit",
    "ListError",
    "ListFault",
    "prove",
    "read_unit_list",
    "render_contact_page",
    "render_inspection",
    "render_notice",
]
