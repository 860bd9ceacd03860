"""Lists on a phone: each row on two lines, sorted by a choice above them that stays in the address."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.factories import make_activity, make_member
from tests.pages import page, two_branches

# Those behind the acts at the bottom are not.
ROWS_IN_SIGHT = """rows => {
  const end = document.querySelector(".many")?.getBoundingClientRect().top ?? innerHeight;
  return rows.filter((row) => row.getBoundingClientRect().bottom <= end).length;
}"""


@pytest.mark.django_db
def test_the_order_is_chosen_above_the_list_and_keeps_its_conditions():
    place = two_branches()
    for name in ("章程", "白露"):
        make_member(name, place.here)
    text = page(place.office, "member_list", sort="-person", status="", organisation=place.here.pk)
    form = re.search(r'<form class="sorting".*?</form>', text, re.DOTALL)[0]
    assert re.findall(r'<option value="([^"]+)" selected>', form) == ["-person"]
    kept = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    assert kept == {"status": "", "organisation": str(place.here.pk)}
    assert page(place.office, "member_list", sort="").index("白露") > 0


@pytest.mark.django_db
def test_another_condition_keeps_the_order():
    office = two_branches().office
    sent = page(office, "member_list", sort="-person", search="没有的人")
    assert re.findall(r'<input type="hidden" form="filter" name="([^"]+)" value="([^"]+)">', sent) == [
        ("sort", "-person")
    ]
    answer = office.post(reverse("list_search"), {"list": "member_list", "search": "白露", "sort": "-person"})
    assert answer.url == f"{reverse('member_list')}?search=%E7%99%BD%E9%9C%B2&sort=-person"
    assert 'form="filter"' not in page(office, "member_list", sort="无")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["activity_list", "import_batch_list", "organisation_list", "report_list"])
def test_each_choice_of_a_filter_means_something_else(name):
    for choices in re.findall(r"<select.*?</select>", page(two_branches().office, name), re.DOTALL):
        values = re.findall(r'<option value="([^"]*)"', choices)
        assert sorted(values) == sorted(set(values))


@pytest.mark.django_db
def test_a_row_tells_two_facts_besides_its_name():
    place = two_branches()
    make_activity(place.here, "读书会")
    row = re.search(r"<tbody>.*?</tr>", page(place.office, "activity_list"), re.DOTALL)[0]
    assert re.findall(r'data-label="([^"]+)" data-told', row) == ["日期", "类型"]


@pytest.mark.full
@pytest.mark.cpu(5)
@pytest.mark.django_db(transaction=True)
def test_eight_records_are_in_sight_and_the_order_can_be_chosen(phone_page, sign_in):
    place = two_branches()
    for number in range(12):
        make_member(f"林{'甲乙丙丁戊己庚辛壬癸子丑'[number]}", place.here)
    sign_in(phone_page, place.staff)
    phone_page.goto(reverse("member_list"))
    assert phone_page.locator(".stacked tbody tr").evaluate_all(ROWS_IN_SIGHT) >= 8
    phone_page.get_by_label("排序").select_option("-person")
    expect(phone_page).to_have_url(re.compile(r"\?sort=-person$"))
    order = phone_page.locator(".stacked td.record").all_inner_texts()
    phone_page.reload()
    assert phone_page.locator(".stacked td.record").all_inner_texts() == order
    expect(phone_page.locator("tbody tr").first.get_by_text("F", exact=True)).to_be_hidden()
    phone_page.get_by_label("全部栏目").check()
    expect(phone_page.locator('tbody tr:first-child td[data-label="性别"]')).to_be_visible()
    phone_page.locator("tbody tr").first.tap(position={"x": 150, "y": 12})
    expect(phone_page).to_have_url(re.compile(r"/members/\d+/$"))
