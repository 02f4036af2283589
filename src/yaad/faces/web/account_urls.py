"""The addresses of signing in and of one's own account: those of allauth that we offer, and no other."""

from allauth.account import views as accounts
from allauth.mfa.base import views as second_steps
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as apps
from allauth.mfa.webauthn import views as passkeys
from django.urls import path, re_path

from yaad.faces.web.views import my_account
from yaad.server.policy import is_open, signed_in

urlpatterns = [
    *is_open(
        path("login/", my_account.sign_in, name="account_login"),
        path("logout/", accounts.logout, name="account_logout"),
        path("password/reset/", accounts.password_reset, name="account_reset_password"),
        path("password/reset/done/", accounts.password_reset_done, name="account_reset_password_done"),
        path(
            "password/reset/key/done/",
            accounts.password_reset_from_key_done,
            name="account_reset_password_from_key_done",
        ),
        re_path(
            r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
            accounts.password_reset_from_key,
            name="account_reset_password_from_key",
        ),
        path("second/", second_steps.authenticate, name="mfa_authenticate"),
        path("passkey/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    ),
    *signed_in(
        path("", my_account.account, name="account"),
        path("sessions/", my_account.end_sessions, name="account_sessions"),
        path("data.json", my_account.own_data, name="account_data"),
        path("erase/", my_account.erase, name="account_erase"),
        path("set-up/", my_account.second_step, name="account_second_step"),
        path("steps/", my_account.steps, name="mfa_index"),
        path("passkeys/", my_account.steps, name="mfa_list_webauthn"),
        path("again/", accounts.reauthenticate, name="account_reauthenticate"),
        path("again/code/", second_steps.reauthenticate, name="mfa_reauthenticate"),
        path("again/passkey/", my_account.again_by_passkey, name="mfa_reauthenticate_webauthn"),
        path("password/change/", my_account.change_password, name="account_change_password"),
        path("app/", my_account.add_app, name="mfa_activate_totp"),
        path("app/remove/", apps.deactivate_totp, name="mfa_deactivate_totp"),
        path("codes/", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
        path("codes/new/", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
        path("codes/file/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
        path("passkeys/add/", my_account.add_passkey, name="mfa_add_webauthn"),
        path("passkeys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
        path("passkeys/<int:pk>/", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    ),
]
