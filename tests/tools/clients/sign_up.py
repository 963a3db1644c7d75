"""Signs somebody up by e-mail, and finds the account as an operator, with clients that were generated.

sign_up.py BASE FILE_WITH_THE_SERVER'S_OUTPUT ADMIN_BASE ADMIN_KEY
"""

import re
import sys
import time
from pathlib import Path

import admin_client
from admin_client.api.users import list_users
from admin_client.models import UsersAnswer
from auth_client import AuthenticatedClient, Client
from auth_client.api.account import get_me, list_sessions
from auth_client.api.signing_up import send_code, sign_up, verify_code
from auth_client.api.tokens import get_key_set, issue_token
from auth_client.models import (
    ErrorBody,
    KeySet,
    Me,
    SendCodeAnswer,
    SendCodeBody,
    Sessions,
    SignUpBody,
    TokenAnswer,
    TokenBody,
    VerifyCodeAnswer,
    VerifyCodeBody,
)

base, output, admin_base, admin_key = sys.argv[1:]
EMAIL = "python@example"
DEVICE = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def expect(kind, answer):
    """The answer, which must be of this type."""
    assert isinstance(answer, kind), f"{kind.__name__} expected: {answer}"
    return answer


def code_for(address):
    """The code that the server has printed for the address."""
    for _ in range(500):
        found = re.search(f'to="{address}" code=([0-9]{{6}})', Path(output).read_text())
        if found:
            return found[1]
        time.sleep(0.02)
    raise AssertionError(f"no code for {address}")


with Client(base_url=base) as anybody:
    sent = expect(SendCodeAnswer, send_code.sync(client=anybody, body=SendCodeBody(email=EMAIL)))
    code = code_for(EMAIL)

    other_code = f"{(int(code) + 1) % 1000000:06}"
    wrong = VerifyCodeBody(verification_id=sent.verification_id, verification_code=other_code)
    refused = expect(ErrorBody, verify_code.sync(client=anybody, body=wrong))
    assert refused.error == "invalid_argument" and refused.error_code == 3, refused

    right = VerifyCodeBody(verification_id=sent.verification_id, verification_code=code)
    proof = expect(VerifyCodeAnswer, verify_code.sync(client=anybody, body=right))
    form = SignUpBody(email=EMAIL, verification_token=proof.verification_token, name="Ann", password="DemoPass123!@#")
    tokens = expect(TokenAnswer, sign_up.sync(client=anybody, body=form, x_device_id=DEVICE))

    again = expect(ErrorBody, sign_up.sync(client=anybody, body=SignUpBody(email=EMAIL)))
    assert again.error == "invalid_argument", again
    assert expect(KeySet, get_key_set.sync(client=anybody)).keys[0].alg == "ES256"

with AuthenticatedClient(base_url=base, token=tokens.access_token) as user:
    me = expect(Me, get_me.sync(client=user))
    assert (me.sub, me.email, me.name, me.has_password) == (tokens.sub, EMAIL, "Ann", True), me
    sessions = expect(Sessions, list_sessions.sync(client=user))
    assert [(session.current, bool(session.device_id)) for session in sessions.data] == [(True, True)], sessions
    grant = TokenBody(grant_type="refresh_token", refresh_token=tokens.refresh_token)
    assert expect(TokenAnswer, issue_token.sync(client=user, body=grant)).sub == tokens.sub

with admin_client.AuthenticatedClient(base_url=admin_base, token=admin_key) as operator:
    found = expect(UsersAnswer, list_users.sync(client=operator, email=EMAIL))
    assert [user.id for user in found.users] == [tokens.sub], found

print(f"python: {EMAIL} is {tokens.sub}")
