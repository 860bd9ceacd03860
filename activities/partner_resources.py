"""Import and export of the ledger sheet 协办单位, and the partners that other sheets name."""

from yl_district.sheets.cells import CellError, says_nothing, split_list, text_key
from yl_district.sheets.columns import Column, column
from yl_district.sheets.resource import SheetResource
from yl_district.sheets.text_widgets import TextWidget

from .models import Partner, longer_than_a_name

PARTNERS = "协办单位"  # a sheet, and the column of others that names its records


class PartnerResource(SheetResource):
    """Each row is a partner, known by its name however that is spelled."""

    sheet = PARTNERS
    known_by = ("名称",)
    relies_on_all = True
    columns = [
        column(Partner, "name", required=True),
        column(Partner, "is_united"),
        column(Partner, "remark"),
    ]
    synonyms = {
        "名称": "单位名称 单位 协办单位名称 协作单位",
        "一统五联": "是否一统五联 一统五联单位 固定协作单位",
    }

    class Meta(SheetResource.Meta):
        model = Partner

    def load(self):
        self.known = self.book.only(NamedPartners).known
        self.stored = {partner.pk: partner for partner in self.known.values() if partner.pk}

    def find(self, row):
        return self.known.get(text_key(row["名称"]))

    def accept(self, record):
        self.known[text_key(record.name)] = record

    def rows_for_export(self, records):
        return records.order_by("name_sort", "pk")


class NamedPartners:
    """The partners that one workbook can name, by `text_key`; `begun` are those that only other sheets name."""

    def __init__(self, book):
        self.book = book
        self.known = {text_key(name): partner for name, partner in book.named(Partner).items()}
        self.begun, self.accepted = {}, {}

    def named(self, name):
        """Returns the partner of this name, which begins with the first row that names it where there is none yet.

        Raises CellError where the file tells of it in a row that is wrong.
        """
        key = text_key(name)
        if key in self.known:
            return self.known[key]
        if self.book.has_failed(PartnerResource.sheet, name):
            raise self.book.nobody(name, PartnerResource.sheet)
        return self.begun.setdefault(key, Partner(name=name))

    def begins(self, partner):
        """Whether a partner is one that the activities of the file begin."""
        return self.begun.get(text_key(partner.name)) is partner

    def note(self, partner, sheet):
        """Notes that a row of a sheet is accepted which names a partner that begins with it."""
        self.accepted.setdefault(id(partner), (partner, sheet))

    def warnings(self, sheet):
        """Yields a warning for each partner that rows of the sheet were the first to begin."""
        for partner in [one for one, first in self.accepted.values() if first == sheet]:
            yield (
                f"协办单位“{partner}”还没有登记：写入时一并登记。名称写错的请先改正；"
                "是否属一统五联，可在写入后到它的页面填写。"
            )


class PartneredResource(SheetResource):
    """A sheet of records with partners, as far as its column of partners goes."""

    # {id() of a record: its partners} while a file is taken in.
    partnered = None

    @property
    def partners(self):
        return self.book.only(NamedPartners)

    def note_partners(self, records):
        """Reads which partners stored records have, as objects of the book."""
        by_key = {partner.pk: partner for partner in self.book.named(Partner).values() if partner.pk}
        places = {record.pk: id(record) for record in records}
        self.partnered = {place: [] for place in places.values()}
        field = self._meta.model._meta.get_field("partners")
        links = field.remote_field.through.objects.order_by("partner__name_sort", "partner")
        for record, partner in links.values_list(field.m2m_field_name(), "partner"):
            if record in places:
                self.partnered[places[record]].append(by_key[partner])

    def watched(self):
        return [*super().watched(), Partner]

    def apply(self, record, row):
        named, known = row.get(PARTNERS), self.partnered.get(id(record), [])
        if not named or are_same(named, known):
            return []
        self.linked["partners"] = named
        old, new = (self.render(PARTNERS, self.fields[PARTNERS], each) for each in (known, named))
        return [(PARTNERS, old, new)]

    def records_of(self, instance):
        return [*filter(self.partners.begins, self.linked.get("partners", ())), instance]

    def accept(self, record):
        linked = self.linked.get("partners")
        if linked is not None:
            self.partnered[id(record)] = linked
            for partner in filter(self.partners.begins, linked):
                self.partners.note(partner, type(self).sheet)

    def is_repeated(self, record, heading, value):
        if heading != PARTNERS:
            return super().is_repeated(record, heading, value)
        known = self.partnered.get(id(record))
        return not known or are_same(value, known)

    def _added(self, record):
        added = super()._added(record)
        fills = bool(self.row.get(PARTNERS)) and not self.partnered.get(id(record))
        return added if added is None else added or fills

    def doubts(self):
        return [*super().doubts(), *self.partners.warnings(type(self).sheet)]

    def linked_to(self, record, item):
        known = None if self.partnered is None else self.partnered.get(id(record))
        return super().linked_to(record, item) if known is None else known


def are_same(some, others):
    """Whether two lists hold the same records, in whatever order."""
    return {id(one) for one in some} == {id(one) for one in others}


class PartnerNamesColumn(Column):
    """A column with the names of partners, which are registered with the records where nothing else tells of them.

    The resource links them itself.
    """

    linked = "partners"

    def __init__(self, heading):
        super().__init__(heading, widget=PartnersWidget(), width=24)

    def resolve(self, book, value):
        named = book.only(NamedPartners)
        partners = [named.named(name) for name in split_list(value) if not says_nothing(name)]
        return list({id(one): one for one in partners}.values())


class PartnersWidget(TextWidget):
    """Names in one line, each no longer than a partner's can be."""

    def clean(self, value, row=None, **options):
        text = super().clean(value, row, **options)
        if too_long := longer_than_a_name(split_list(text)):
            raise CellError(*too_long)
        return text

    def render(self, value, obj=None, **options):
        return super().render("、".join(map(str, value)) if isinstance(value, list) else value)
