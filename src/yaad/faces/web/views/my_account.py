"""One's own account: name and language, password, second steps, passkeys, and where else one is signed in."""

from typing import Any

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate, get_reauthentication_flows
from allauth.account.views import LoginView, PasswordChangeView
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal.auth import begin_authentication, begin_registration
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yaad.errors import InputError
from yaad.faces.web.preferences import YEAR
from yaad.faces.web.templatetags.say import language
from yaad.server import own_account
from yaad.server import setup as first_run
from yaad.server.models import Account
from yaad.server.sign_in.second_step import has_one
from yaad.server.sign_in.sessions import end_others, kept_key, of_account
from yaad.server.sign_in.words import TOLD
from yaad.text import LANGUAGES

LONGEST_NAME = 200


class SignIn(LoginView):  # type: ignore[misc] # allauth has no types
    """Mail and password, or a passkey; the question to the passkey comes with the page."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer; while nobody has an account there is none to sign in to, and the first run comes first."""
        if first_run.is_open():
            return redirect("setup")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """What the page shows."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"question": begin_authentication(None)}


class ChangePassword(PasswordChangeView):  # type: ignore[misc] # allauth has no types
    """A new password for who knows the one of now; who never had one gets a link by mail."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """Answer."""
        if not _who(request).has_usable_password():
            return redirect("account_reset_password")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 – a form of allauth
        """Change it, and end the sessions elsewhere that knew the one before."""
        answer: HttpResponse = super().form_valid(form)
        end_others(self.request.user.pk, self.request.session.session_key)
        return answer


class AddApp(ActivateTOTPView):  # type: ignore[misc] # allauth has no types
    """An app for codes."""

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401 – a form of allauth
        """Turn it on; the code that did is used up like any other."""
        answer: HttpResponse = super().form_valid(form)
        added = Authenticator.objects.get(user_id=self.request.user.pk, type=Authenticator.Type.TOTP)
        added.wrap().validate_code(form.cleaned_data["code"])
        return answer


class AddPasskey(AddWebAuthnView):  # type: ignore[misc] # allauth has no types
    """A passkey that can take the place of mail and password."""

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """What the page shows; the question asks for a key that knows its owner."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        # allauth forgets the form that was sent, with what is wrong with it
        form = kwargs.get("form") or context["form"]
        return context | {"form": form, "question": begin_registration(self.request.user, True)}  # noqa: FBT003 – its one choice


class AgainByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc] # allauth has no types
    """A passkey once more; a wrong one is said on the same page."""

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401 – a form of allauth
        """Ask again."""
        answer: HttpResponse = self.render_to_response(self.get_context_data() | {"form": form})
        return answer


sign_in = SignIn.as_view()
change_password = ChangePassword.as_view()
add_app = AddApp.as_view()
again_by_passkey = AgainByPasskey.as_view()
add_passkey = AddPasskey.as_view()


def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, and how one signs in; a form sets name and language."""
    who = _who(request)
    if request.method == "POST":
        return _save(request, who)
    kinds = Authenticator.objects.filter(user_id=who.pk)
    by_code = {one.type: one for one in kinds.exclude(type=Authenticator.Type.WEBAUTHN)}
    codes = by_code.get(Authenticator.Type.RECOVERY_CODES)
    own = kept_key(request.session.session_key or "")
    context = {
        "who": who,
        "app": by_code.get(Authenticator.Type.TOTP),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "passkeys": [(one, one.wrap().name) for one in kinds.filter(type=Authenticator.Type.WEBAUTHN).order_by("pk")],
        "sessions": [(one, one.session_key == own) for one in of_account(who.pk)],
        "languages": LANGUAGES,
    }
    return render(request, "account/account.html", context)


def steps(request: HttpRequest) -> HttpResponse:
    """The second steps stand on the page of the account."""
    del request
    return redirect("account")


def second_step(request: HttpRequest) -> HttpResponse:
    """Choose a second step; who has one goes on."""
    if has_one(_who(request).pk):
        return redirect("/")
    return render(request, "account/second_step.html")


@require_POST
def end_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere else."""
    end_others(_who(request).pk, request.session.session_key)
    request.session[TOLD] = "account.told_sessions_ended"
    return redirect("account")


def own_data(request: HttpRequest) -> HttpResponse:
    """All that the server holds on the account, as a file."""
    answer = JsonResponse(own_account.export(_who(request)), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer.headers["Content-Disposition"] = 'attachment; filename="account.json"'
    return answer


def erase(request: HttpRequest) -> HttpResponse:
    """What it means to end the account; once its address was typed, end it. Whoever can, shows first who they are."""
    who, error = _who(request), ""
    if get_reauthentication_flows(who) and not did_recently_reauthenticate(request):
        raise ReauthenticationRequired
    if request.method == "POST":
        try:
            own_account.erase(who, request.POST.get("typed", ""))
        except InputError as refused:
            error = refused.say(language())
        else:
            logout(request)
            return redirect("account_login")
    return render(request, "account/erase.html", {"who": who, "error": error}, status=400 if error else 200)


def _save(request: HttpRequest, who: Account) -> HttpResponse:
    """Keep name and language; the pages speak the language from now on."""
    language = request.POST.get("language", "")
    who.name = " ".join(request.POST.get("name", "").split())[:LONGEST_NAME]
    if language in LANGUAGES:
        who.language = language
    who.save(update_fields=["name", "language"])
    request.session[TOLD] = "account.told_saved"
    answer: HttpResponseRedirect = redirect("account")
    answer.set_cookie("yaad_lang", who.language, max_age=YEAR, samesite="Lax", httponly=True)
    return answer


def _who(request: HttpRequest) -> Account:
    assert isinstance(request.user, Account)  # the address says so
    return request.user
