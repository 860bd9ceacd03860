"""Drafts in a browser: whatever ends a page, what was typed into it is offered again, to nobody else."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from orgs.models import Organisation, Role
from tests.factories import make_assisted_youth, make_grant, make_organisation, make_report, make_section, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.cpu(10)]
TYPED = "明年办成三件实事。"
# A draft is ready no sooner than the form is sent.
SLOW_SEALING = """() => {
    const seal = crypto.subtle.encrypt.bind(crypto.subtle);
    const sent = new Promise((tell) => addEventListener("submit", tell, { once: true }));
    window.sealing = new Promise((tell) => {
        crypto.subtle.encrypt = async (...given) => {
            tell();
            await sent;
            return seal(...given);
        };
    });
}"""

FORBIDDEN = """for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("", "SecurityError"); } });
}"""


@pytest.fixture
def user():
    return make_user("林知秋", make_organisation("清河地区团工委", category="working_committee", domain="office"))


@pytest.fixture
def section(user):
    return make_section(make_report(Organisation.objects.get()), "今年继续努力。", "计划")


def body_of(page, section):
    page.goto(f"/sections/{section.pk}/update/")
    return page.get_by_label("正文", exact=True)


def type_draft(page, section):
    """Types into the editor, and waits until the draft is written."""
    body = body_of(page, section)
    body.fill(TYPED)
    expect(page.get_by_text("草稿已暂存")).to_be_visible()
    return body


def stored(page):
    """Everything that the browser has stored for the site beyond its window."""
    return page.evaluate("JSON.stringify({...localStorage})")


@pytest.mark.full
def test_what_a_crash_left_is_offered_and_gone_once_it_is_saved(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    type_draft(page, section)
    assert (TYPED in stored(page), "sections" in stored(page), "yl-draft:" in stored(page)) == (False, False, True)
    crashed, page = page, page.context.new_page()
    crashed.close()

    body = body_of(page, section)
    expect(page.get_by_text("填写的内容没有保存")).to_be_visible()
    expect(body).to_have_value("今年继续努力。")
    page.get_by_role("button", name="恢复").click()
    expect(body).to_have_value(TYPED)
    expect(page.locator("#preview")).to_contain_text(TYPED)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    page.wait_for_function("!JSON.stringify({...localStorage}).includes('yl-draft:')")
    body_of(page, section)
    expect(page.get_by_text("填写的内容没有保存")).to_be_hidden()


def offered(page):
    return page.get_by_text("填写的内容没有保存")


@pytest.mark.full
def test_back_and_reload_give_the_draft_back_and_leaving_asks(desktop_page, sign_in, user, section):
    page, asked = desktop_page, []
    sign_in(page, user)
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    body = type_draft(page, section)
    page.reload()
    expect(offered(page)).to_be_visible()
    page.get_by_role("button", name="恢复").click()
    expect(body).to_have_value(TYPED)
    page.get_by_role("link", name="返回").click()
    page.wait_for_url("**/reports/**")
    page.go_back()
    expect(offered(page)).to_be_visible()
    page.get_by_role("button", name="恢复").click()
    expect(body).to_have_value(TYPED)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    assert asked == ["beforeunload", "beforeunload"]


@pytest.mark.full
def test_what_is_thrown_away_or_undone_is_not_offered_again(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    type_draft(page, section)
    body_of(page, section)
    page.get_by_role("button", name="丢弃").click()
    expect(offered(page)).to_be_hidden()
    assert "yl-draft:" not in stored(page)
    body = type_draft(page, section)
    body.fill("今年继续努力。")
    expect(page.get_by_text("草稿已暂存")).to_be_hidden()
    assert "yl-draft:" not in stored(page)


@pytest.mark.full
def test_a_refused_form_keeps_its_draft_and_another_tab_its_own(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    body = body_of(page, section)
    body.fill("在册{不存在的指标}。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("没有保存：有 1 处需要改正。")).to_be_visible()
    expect(offered(page)).to_be_hidden()
    expect(page.get_by_text("草稿已暂存")).to_be_visible()

    other = page.context.new_page()
    typed = body_of(other, section)
    expect(offered(other)).to_be_visible()
    typed.fill(TYPED)
    expect(other.get_by_text("草稿已暂存")).to_be_visible()
    assert stored(other).count("yl-draft:") == 2


@pytest.mark.full
def test_a_refused_form_does_not_offer_what_it_shows_with_later_changes(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    type_draft(page, section)
    for number in (1, 2):
        # Typed and sent before the draft is written anew.
        body = page.get_by_label("正文", exact=True)
        body.fill(f"在册{{不存在的指标{number}}}。")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(page.locator(".draft-note")).to_contain_text("草稿已暂存")
        expect(body).to_have_value(f"在册{{不存在的指标{number}}}。")
        page.wait_for_function("JSON.stringify({...localStorage}).split('yl-draft:').length === 2")
        expect(offered(page)).to_be_hidden()


@pytest.mark.full
def test_what_is_sent_while_its_draft_is_being_written_is_not_offered_once_it_is_saved(
    desktop_page, sign_in, user, section
):
    page = desktop_page
    sign_in(page, user)
    body = body_of(page, section)
    page.evaluate(SLOW_SEALING)
    body.fill(TYPED)
    page.evaluate("() => window.sealing")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    page.wait_for_function("!JSON.stringify({...localStorage}).includes('yl-draft:')", timeout=5000)


@pytest.mark.full
def test_after_the_end_of_the_session_nobody_reads_a_draft_and_it_is_wiped(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    type_draft(page, section)
    Session.objects.all().delete()
    sign_in(page, user)
    body_of(page, section)
    page.wait_for_function("!JSON.stringify({...localStorage}).includes('yl-draft:')")
    expect(offered(page)).to_be_hidden()


@pytest.mark.full
def test_signing_out_wipes_drafts(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    type_draft(page, section)
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
    assert "yl-draft:" not in stored(page)


@pytest.mark.full
def test_a_draft_of_a_record_that_changed_meanwhile_meets_the_change(
    desktop_page, sign_in, user, section, browser_errors
):
    page = desktop_page
    sign_in(page, user)
    type_draft(page, section)
    section.body = "今年更加努力。"
    section.save()
    body = body_of(page, section)
    page.get_by_role("button", name="恢复").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("没有保存：您打开本页后，他人修改了这条记录。")).to_be_visible()
    expect(page.get_by_role("cell", name="今年更加努力。")).to_be_visible()
    expect(body).to_have_value(TYPED)
    # The browser notes the status itself.
    assert [error for error in browser_errors if "409" not in error] == []
    browser_errors.clear()


@pytest.mark.full
def test_a_draft_is_kept_of_what_is_typed_after_the_network_has_gone(
    desktop_page, sign_in, user, section, browser_errors
):
    page = desktop_page
    sign_in(page, user)
    body = body_of(page, section)
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    body.fill(TYPED)
    expect(page.get_by_text("草稿已暂存")).to_be_visible()
    # The preview that could not be fetched.
    browser_errors.clear()


@pytest.mark.full
def test_where_the_browser_stores_nothing_the_page_says_so_and_works(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }")
    body_of(page, section).fill(TYPED)
    expect(page.get_by_text("浏览器的存储空间已满")).to_be_visible()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()


@pytest.mark.full
def test_where_the_store_is_forbidden_forms_are_saved_and_users_sign_out(desktop_page, sign_in, user, section):
    page = desktop_page
    sign_in(page, user)
    page.add_init_script(FORBIDDEN)
    body_of(page, section).fill(TYPED)
    expect(page.get_by_text("现在不能保留草稿")).to_be_visible()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存这一节。")).to_be_visible()
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()


@pytest.mark.full
def test_a_draft_about_a_case_lies_on_the_server_alone(desktop_page, sign_in, user):
    page, root = desktop_page, Organisation.objects.get()
    youth = make_assisted_youth(root)
    caseworker = make_user("周予安", root, Role.Kind.CASEWORKER)
    make_grant(caseworker, youth.person)
    sign_in(page, caseworker)
    address = f"/assisted-youths/{youth.pk}/update/"
    page.goto(address)
    page.get_by_label("需求").fill(TYPED)
    expect(page.get_by_text("草稿已暂存")).to_be_visible()
    assert "yl-draft" not in stored(page)
    page.goto(address)
    page.get_by_role("button", name="恢复").click()
    expect(page.get_by_label("需求")).to_have_value(TYPED)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存帮扶对象资料。")).to_be_visible()
    with page.expect_response("**/case-drafts/find/") as found:
        page.goto(address)
    assert found.value.json() == {"drafts": []}


@pytest.mark.full
def test_of_a_record_that_was_deleted_the_text_can_still_be_copied(
    desktop_page, sign_in, user, section, browser_errors
):
    page, address = desktop_page, f"/sections/{section.pk}/update/"
    sign_in(page, user)
    type_draft(page, section)
    section.delete()
    page.goto(address)
    page.get_by_role("link", name="没有保存的内容").click()
    expect(page.get_by_label("修改：计划：填写的内容")).to_have_value(f"标题：计划\n正文：{TYPED}")
    page.get_by_role("button", name="丢弃").click()
    expect(page.get_by_text("没有未保存的内容。")).to_be_visible()
    assert [error for error in browser_errors if "404" not in error] == []
    browser_errors.clear()
