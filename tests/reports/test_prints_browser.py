"""Pages on paper begin on the first sheet, and leave nothing out that is folded on the screen."""

import pypdfium2
import pytest

from tests.conftest import DESKTOP
from tests.factories import make_member, make_user
from tests.pages import two_branches

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]


def sheets(page, address):
    """The text of each sheet of a page as printed, without its breaks."""
    page.goto(address)
    texts = [each.get_textpage().get_text_range() for each in pypdfium2.PdfDocument(page.pdf(format="A4"))]
    return ["".join(text.split()) for text in texts]


@pytest.mark.cpu(20)
def test_the_first_sheet_has_the_title_and_what_follows_it(open_page, sign_in):
    place = two_branches()
    for number in range(40):
        make_member(f"团员{number}", place.here)
    page = open_page(**DESKTOP)
    sign_in(page, make_user("林知秋二", place.root))
    for address, title, content in [
        ("/members/", "团员", "柳林社区团支部"),
        ("/figures/", "指标", "团员总数"),
        ("/summary/", "工作总结", "一、"),
        ("/comparison/", "同期比较", "团员总数"),
        ("/summary/poster/", "工作图览", "团员总数"),
    ]:
        first, *_ = sheets(page, address)
        assert (address, title in first, content in first) == (address, True, True)
    acts = ["导出", "勾选的记录", "办理转接"]
    assert [word for word in acts if word in "".join(sheets(page, "/members/"))] == []
    on_screen = ["下载文件", "点开即可逐条核对"]
    assert [word for word in on_screen if word in "".join(sheets(page, "/summary/"))] == []
    assert "外部平台" in "".join(sheets(page, "/comparison/")) and "绑定" in "".join(sheets(page, "/comparison/"))
