"""How numbers and names are shown to those who need not know them whole."""

# Fields whose middle is hidden wherever they are shown.
MASKED_FIELDS = {"identity_number", "mobile", "contact_phone", "guardian_phone"}


def masked(number):
    """An identity number or phone with its middle hidden: `110105********002X`, `138****8000`."""
    text = str(number or "")
    if len(text) >= 15:
        return f"{text[:6]}{'*' * (len(text) - 10)}{text[-4:]}"
    return f"{text[:3]}****{text[-4:]}" if len(text) >= 7 else "*" * len(text)


def masked_name(name):
    """A name of which only the first character shows."""
    return name[:1] + "*" * (len(name) - 1)
