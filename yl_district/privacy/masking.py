"""How numbers and names are shown to those who need not know them whole."""


def masked(number):
    """An identity number of which only the place shows, `110105************`; a phone without its middle.

    The last digits stay hidden too: beside a birth date they would be all that is missing. Of a shorter phone, such as
    a landline, the head alone shows: head and tail would leave one digit to guess, or none.
    """
    text = str(number or "")
    if len(text) >= 15:
        return text[:6] + "*" * (len(text) - 6)
    if len(text) >= 11:
        return f"{text[:3]}****{text[-4:]}"
    return text[:3] + "*" * (len(text) - 3) if len(text) >= 7 else "*" * len(text)


def masked_name(name):
    """A name of which only the first character shows."""
    return name[:1] + "*" * (len(name) - 1)
