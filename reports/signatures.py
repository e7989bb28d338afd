"""E-mail signatures: tables and inline styles that Outlook, Gmail and Apple Mail show alike, and plain text.

``load_style`` reads a company's folder and tries every template on the names that break signatures; ``sign`` writes
one person's signature, ``bundle`` the files of it, ``page`` the page from which they copy it, ``preview`` the sheet on
which the brand owner looks at all of them. Without a word in ``signature.toml`` no signature shows a face.
"""

from reports._signature_files import bundle, company_files, document
from reports._signature_page import Where, page, page_assets, page_policy
from reports._signature_picture import File
from reports._signature_preview import preview, trouble
from reports._signature_rules import ADD_IN, GMAIL, validate
from reports._signature_samples import PEOPLE
from reports._signature_style import Signature, Style, Way, load_style, longest, sign

__all__ = [
    "ADD_IN",
    "GMAIL",
    "PEOPLE",
    "File",
    "Signature",
    "Style",
    "Way",
    "Where",
    "bundle",
    "company_files",
    "document",
    "load_style",
    "longest",
    "page",
    "page_assets",
    "page_policy",
    "preview",
    "sign",
    "trouble",
    "validate",
]
