"""Import and export of the ledger sheet 覆盖证明."""

from members.directory import CADRE, CAPACITIES, MEMBER, ReferenceWidget
from members.resources import PERSON_SYNONYMS, PeopleResource, person_column
from yl_district.sheets.columns import Column, RecordNameColumn, column, key_of
from yl_district.sheets.problems import row_problem
from yl_district.sheets.resource import SheetResource

from .campaign_resources import CampaignResource
from .models import Campaign, CampaignProof


class CampaignProofResource(PeopleResource):
    """Each row is the proof that a campaign has reached somebody, of whom there is one; it begins nobody."""

    sheet = "覆盖证明"
    known_by = ("专项", "姓名", "身份证号", "手机号码")
    relies_on_all = True
    group = "专项"
    called = "姓名"
    never_aside = ("手机号码",)
    columns = [
        RecordNameColumn("专项", "campaign", Campaign, CampaignResource.sheet, required=True),
        Column("姓名", widget=ReferenceWidget(), required=True),
        person_column("identity_number"),
        person_column("mobile"),
        column(CampaignProof, "proved_on", required=True),
        column(
            CampaignProof,
            "kind",
            required=True,
            aliases={"网上课程": "线上课程", "在线课程": "线上课程", "网课": "线上课程"}
            | {"上门走访": "走访", "入户走访": "走访", "入户": "走访", "已读": "消息已读", "已读消息": "消息已读"},
        ),
        column(CampaignProof, "note"),
    ]
    synonyms = {
        "专项": "专项名称 专项活动 专项工作",
        "姓名": f"{PERSON_SYNONYMS['姓名']} 团员姓名 团干部姓名",
        "身份证号": PERSON_SYNONYMS["身份证号"],
        "手机号码": PERSON_SYNONYMS["手机号码"],
        "日期": "覆盖日期 覆盖时间 完成日期 完成时间",
        "方式": "覆盖方式 证明方式",
        "说明": "情况说明 备注 备注说明",
    }

    class Meta(SheetResource.Meta):
        model = CampaignProof

    def load(self):
        known = list(self.book.rows(CampaignProof).order_by("pk"))
        self.book.attach(known, "campaign", Campaign)
        self.attach_people(known)
        self.stored = {proof.pk: proof for proof in known}
        self.known = {}
        for proof in known:
            self.accept(proof)

    def accept(self, record):
        self.known[key_of(record.campaign), id(record.person)] = record

    def find(self, row):
        capacity = CADRE if row["专项"].audience == Campaign.Audience.CADRES else MEMBER
        self.person = self.directory.referred(row["姓名"], row, capacity, self.ask_which_may_be_reached)
        if self.person is None or not self._may_be_reached(self.person):
            raise self._not_to_be_reached(row["姓名"].name, CAPACITIES[capacity])
        return self.known.get((key_of(row["专项"]), id(self.person)))

    def ask_which_may_be_reached(self, candidates):
        """Returns whom `ask_who` does, asked about members and cadres alone."""
        found = [one for one in candidates if self._may_be_reached(one.record)]
        return self.ask_who(found) if found else None

    def _may_be_reached(self, person):
        """Whether somebody is or was a member or a cadre, of whom alone proofs tell."""
        return self.directory.has(person, MEMBER) or self.directory.has(person, CADRE)

    def _not_to_be_reached(self, name, sheet):
        """Returns the CellError for a name that is no member's or cadre's."""
        if self.book.committee is not None:
            return self.book.nobody(name, sheet, "本单位及下级的团员或团干部")
        where = f"在《{sheet}》表中加入" if sheet in self.book.sheets else f"登记为{sheet}"
        return self.book.nobody(name, sheet, "已登记的团员或团干部", f"请核对姓名与号码，或先{where}")

    def recall(self, record):
        """Returns the proof; raises RowProblems where its mark is in a row that names another campaign."""
        if self.row["专项"] is not record.campaign:
            remedy = "标记属于另一专项的覆盖证明：请恢复原来的专项；确为另一专项时清空标记这一格"
            raise row_problem("专项", str(self.row["专项"]), str(record.campaign), remedy)
        return super().recall(record)

    def start(self, row):
        return CampaignProof(person=self.person)

    def rows_for_export(self, records):
        return records.select_related("campaign", "person").order_by("campaign__started_on", "campaign_id", "pk")

    def value_for_export(self, record, heading, item):
        if heading == "姓名":
            return self.directory.reference_beside_mobile(record.person)
        return super().value_for_export(record, heading, item)
