"""How long a session lasts yet, and going on after its end, on the page that was open."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import Login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from yl_district.audit.access_log import Action, record
from yl_district.web.kept_forms import unseal_kept_form

from .ended_sessions import account_mark, ask_password, is_by_script, marked_account
from .sessions import DRAFT_KEY, new_draft_key, seconds_left
from .sign_in_forms import CodeForm, ResumeForm

UNKNOWN_ACCOUNT = "这一账号现在不能登录，请联系委机关的系统管理员。"


@login_not_required
def session_state(request):
    """Whose session it is, the seconds until it ends, and a token for forms; only by POST it counts as use."""
    user = request.user
    left = seconds_left(request) if user.is_authenticated else {}
    return JsonResponse({"account": account_mark(user), "left": left, "token": get_token(request)})


def draft_key(request):
    """The key of this session's drafts, which the browser holds in memory alone."""
    return JsonResponse({"key": request.session.setdefault(DRAFT_KEY, new_draft_key())})


def draft_list(request):
    """What this session has typed into forms of this browser and not saved, found and read by the browser alone."""
    return render(request, "orgs/draft_list.html", {"title": "未保存的内容"})


@login_not_required
@require_POST
@sensitive_post_parameters("password", "code")
def session_resume(request):
    """Signs in the account whose page it is, and no other; what was kept of a form then waits to be sent again."""
    user = marked_account(request.POST.get("account", ""))
    if user is None:
        return JsonResponse({"problem": UNKNOWN_ACCOUNT}) if is_by_script(request) else redirect("login")
    return Resumption(request, user).answer()


class Resumption:
    """One step of signing in again: the password, then the code where the account has one-time codes."""

    def __init__(self, request, user):
        self.request, self.user = request, user
        self.cookies = {}
        # What the page says instead, where no guess is left.
        request.resumption = self

    def answer(self):
        """Returns what the page gets: signed in, asked for a code, or what was wrong."""
        if self.request.user == self.user:
            return self.done()
        stage = self.pending_stage()
        if stage and "code" in self.request.POST:
            form = CodeForm(self.request.POST, user=self.user)
            return self.go_on(self.after_code, form, stage) if form.is_valid() else self.ask(form)
        form = ResumeForm(self.request.POST, user=self.user, request=self.request)
        return self.go_on(self.after_password) if form.is_valid() else self.ask(form, asks_code=False)

    def pending_stage(self):
        """Returns the stage in which this account still owes a code, or None."""
        stage = get_pending_stage(self.request)
        is_own = stage and stage.key == AuthenticateStage.key and stage.login.user == self.user
        return stage if is_own else None

    def go_on(self, step, *arguments):
        """Returns the answer after a step of signing in that was right."""
        try:
            self.cookies = step(*arguments).cookies
        except ImmediateHttpResponse:
            return self.ask(problem=UNKNOWN_ACCOUNT)
        return self.done() if self.request.user == self.user else self.ask()

    def after_password(self):
        """Signs in, or begins the stage of the code; whoever else is signed in here is signed out."""
        if self.request.user.is_authenticated:
            record(Action.SIGN_OUT, request=self.request, detail="在本浏览器换回另一账号")
            end_session(self.request)
        return perform_password_login(self.request, {}, Login(user=self.user))

    def after_code(self, form, stage):
        """Signs in."""
        form.save()
        return stage.exit()

    def ask(self, form=None, asks_code=None, problem="", status=200):
        """Returns the question for a password or a code, with what was wrong."""
        asks_code = bool(self.pending_stage()) if asks_code is None else asks_code
        wrong = form.errors.values() if form else ()
        problem = problem or " ".join(message for messages in wrong for message in messages)
        if is_by_script(self.request):
            answer = {"code": asks_code, "problem": problem, "token": get_token(self.request)}
            return JsonResponse(answer, status=status)
        kept = self.request.POST.get("kept", "")
        return ask_password(self.request, self.user, kept, status, problem=problem, asks_code=asks_code)

    def done(self):
        """Returns what the page goes on with."""
        token = get_token(self.request)
        if is_by_script(self.request):
            response = JsonResponse({"done": True, "token": token})
        else:
            form = unseal_kept_form(self.request.POST.get("kept", ""), self.user.pk, token)
            response = render(self.request, "session_kept.html", {"form": form}) if form else redirect("home")
        response.cookies.update(self.cookies)
        return response
