"""The steps from an empty database to the first summary: what each is for, and what the records say of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import BadRequest
from django.db.models import Count, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from members.models import Liaison, Member, Post
from orgs.models import Organisation, Role
from orgs.roles import RoleKind
from yl_district.installation.getting_started import end_getting_started, forget, leave_out, steps_left_out, take_up
from yl_district.typing import User, UserRequest

from .models import Report, Target


@dataclass(frozen=True)
class FirstStep:
    """A step, done as soon as there is a record of it.

    - `purpose`: what it is for and what it makes possible, in a sentence.
    - `counted`: the name of the count that tells how far it is; `unit` and `whole`, another count, say it in words.
    - `ways`: (words, URL name, query) of the pages on which it is done, the first the usual one.
    - `act`: the URL name of what is done there, where that is not open to all who may open the page.
    - `by`: who does it, for users who may not.
    """

    key: str
    title: str
    purpose: str
    counted: str
    unit: str
    ways: tuple[tuple[str, str, str], ...]
    by: str = "委机关专干"
    whole: str = ""
    act: str = ""

    def is_done(self, counts: dict[str, int]) -> bool:
        """Whether there is a record of it; of a whole, whether it is complete."""
        return counts[self.counted] >= max(1, counts[self.whole] if self.whole else 1)

    def told(self, counts: dict[str, int]) -> str:
        """How far it is, in words; "" where nothing has been done."""
        if self.whole and counts[self.whole]:
            return f"{counts[self.whole]} {self.unit}中已有 {counts[self.counted]} {self.unit}"
        return f"已有 {counts[self.counted]} {self.unit}" if counts[self.counted] else ""


FIRST_STEPS = (
    FirstStep(
        "organisations",
        "村、社区和支部",
        "把下属的村、社区和支部列出来，团干部、团员和账号都归到它们名下；数字也由此分到各村、社区。",
        "organisations",
        "个",
        (("粘贴名单", "organisations_create", ""), ("用文件导入", "import_batch_create", "kind=organisations")),
    ),
    FirstStep(
        "staff",
        "委机关专干",
        "专干登记名单、导入文件、写总结。系统管理员只管账号和组织，看不到团员资料，所以至少要有一名专干。",
        "staff",
        "名",
        (("开立账号", "account_invite", ""),),
        by="系统管理员",
    ),
    FirstStep(
        "cadres",
        "团干部",
        "导入现有的团干部名单，本团委的书记、委员也在其中；以后可以指定联系委员、开立账号、登记 1+100。",
        "cadres",
        "名",
        (("用文件导入", "import_batch_create", "kind=posts"), ("逐个登记", "post_create", "")),
    ),
    FirstStep(
        "liaisons",
        "联系委员",
        "在团组织列表中勾选若干村、社区，一次指定由哪位委员联系；总结中的“1+委员+村、社区”由此得出。",
        "liaisons",
        "个村、社区有联系委员",
        (("勾选村、社区", "organisation_list", ""),),
        act="organisations_liaison",
    ),
    FirstStep(
        "accounts",
        "团干部的账号",
        "勾选在任的团干部，一次为多人开立账号，邀请单打印出来分发；名单和活动就由各村、社区自己登记，不必再收表。",
        "accounts",
        "名",
        (("没有账号的团干部", "accountless_post_list", ""),),
        by="系统管理员",
        whole="cadres",
    ),
    FirstStep(
        "members",
        "团员",
        "导入团员花名册；团员总数、发展、转接、离团从此都由名册统计出来。",
        "members",
        "名",
        (("用文件导入", "import_batch_create", "kind=members"), ("逐个登记", "member_create", "")),
    ),
    FirstStep(
        "targets",
        "年度任务",
        "上级下达了指标的，登记各项任务数；工作台随时显示完成到哪里、是否落后。没有下达的可以跳过。",
        "targets",
        "项",
        (("登记任务", "target_create", ""), ("用文件导入", "import_batch_create", "kind=targets")),
    ),
    FirstStep(
        "summary",
        "第一份总结",
        "建立今年的工作总结：文字现成，数字取自上面登记的记录，点开就能看到是哪些。",
        "reports",
        "份",
        (("编写报告", "report_create", "part=year"),),
    ),
)


def counts_on(day: date) -> dict[str, int]:
    """What the records say on `day`, by name, in one query."""
    in_office = Post.objects.as_of(day)
    staff = Role.objects.filter(kind=RoleKind.STAFF, organisation__depth=1, user__is_active=True)
    counted = {
        "organisations": (Organisation.objects.as_of(day).filter(depth__gt=1), "pk"),
        "staff": (staff, "user"),
        "cadres": (in_office, "person"),
        "liaisons": (Liaison.objects.as_of(day), "organisation"),
        "accounts": (in_office.filter(person__user__is_active=True), "person"),
        "members": (Member.objects.as_of(day), "pk"),
        "targets": (Target.objects.all(), "pk"),
        "reports": (Report.objects.all(), "pk"),
    }
    columns = {f"{name}_found": distinct_number(rows, what) for name, (rows, what) in counted.items()}
    found = Organisation.objects.filter(depth=1).annotate(**columns).values(*columns).first()
    return {name: found[f"{name}_found"] if found else 0 for name in counted}


def distinct_number(rows, what: str):
    """The number of different `what` among the rows, as a column."""
    numbers = rows.order_by().annotate(all=Value(1)).values("all").annotate(n=Count(what, distinct=True)).values("n")
    return Coalesce(Subquery(numbers), 0)


@dataclass(frozen=True)
class FirstStepNow:
    """A step as it stands for a user."""

    step: FirstStep
    is_done: bool
    is_left_out: bool
    told: str
    ways: list[tuple[str, str, str]]
    # Whether there is yet what it is done for.
    is_ready: bool

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return not (self.is_done or self.is_left_out)


def steps_now(user: User, left_out: set[str]) -> list[FirstStepNow]:
    """The steps as they stand today for the user."""
    counts = counts_on(timezone.localdate())
    found = []
    for step in FIRST_STEPS:
        ways = [way for way in step.ways if user.may_open(step.act or way[1])]
        is_done = step.is_done(counts)
        is_left_out = step.key in left_out and not is_done
        is_ready = not step.whole or bool(counts[step.whole])
        found.append(FirstStepNow(step, is_done, is_left_out, step.told(counts), ways, is_ready))
    return found


def next_of(left: list[FirstStepNow]) -> FirstStepNow | None:
    """The first of the open steps that the user can do now, or None."""
    return next((one for one in left if one.ways and one.is_ready), None)


def card_of(user: User) -> dict:
    """The context of the card; empty where nothing is left to do, or it is for somebody else to do."""
    if not user.may_open("getting_started"):
        return {}
    left_out = steps_left_out()
    if left_out is None:
        return {}
    steps = steps_now(user, left_out)
    left = [one for one in steps if one.is_open]
    if not left:
        forget()
        return {}
    following = next_of(left) or left[0]
    return {"next": following, "settled": len(steps) - len(left), "number": len(steps)}


def getting_started(request: UserRequest) -> HttpResponse:
    """The steps, each with what it is for, how far it is and where it is done."""
    left_out = steps_left_out()
    steps = steps_now(request.user, left_out or set())
    following = next_of([one for one in steps if one.is_open])
    context = {
        "title": "起步",
        "steps": steps,
        "next": following,
        "settled": sum(not one.is_open for one in steps),
        "is_beginning": left_out is not None,
    }
    return render(request, "reports/getting_started.html", context)


@require_POST
def getting_started_skip(request: UserRequest) -> HttpResponse:
    """Leaves a step out, takes it up again, or puts all of them away; raises BadRequest for another step."""
    key = request.POST.get("step", "")
    if "away" in request.POST:
        end_getting_started()
        return redirect("home")
    if key not in {step.key for step in FIRST_STEPS}:
        raise BadRequest(f"没有名为“{key}”的步骤。")
    if steps_left_out() is not None:
        (take_up if "again" in request.POST else leave_out)(key)
    return redirect("getting_started")
