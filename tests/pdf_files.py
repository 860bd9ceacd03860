"""Reads PDF files."""

from pypdfium2 import PdfDocument


def pdf_pages(content):
    """The text of every page, without the ends of its lines."""
    with PdfDocument(content) as file:
        return ["".join(page.get_textpage().get_text_range().splitlines()) for page in file]


def pdf_properties(content):
    """What the file says of itself."""
    with PdfDocument(content) as file:
        return file.get_metadata_dict()


def pdf_sizes(content):
    """The width and height of every page in millimetres."""
    with PdfDocument(content) as file:
        return [tuple(round(length / 72 * 25.4) for length in page.get_size()) for page in file]
