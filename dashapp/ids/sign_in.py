"""Ids of the page about sign-in and keys."""

from typing import Final


class SignIn:
    """How people and services come in, for administrators."""

    PAGE: Final = "signin-page"
    TITLE: Final = "signin-title"
    LEAD: Final = "signin-lead"
    SAID: Final = "signin-said"
    """Children: what came of the last action."""
    SHOWN: Final = "signin-shown"
    """Children: a key, a link or an address that was just made, shown once."""
    DONE: Final = "signin-done"
    """Store: a number that rises with every action."""
    PROVIDERS: Final = "signin-providers"
    """The card of providers, and their list."""
    PROVIDER_ROWS: Final = "signin-provider-rows"
    PROVIDER_FORM: Final = ("signin-form-name", "signin-form-title", "signin-form-issuer", "signin-form-client")
    """Inputs: name, title, issuer, client id."""
    ADD_PROVIDER: Final = "signin-add-provider"
    KEYS: Final = "signin-keys"
    """The card of keys of services, and their list."""
    KEY_ROWS: Final = "signin-key-rows"
    KEY_NAME: Final = "signin-key-name"
    KEY_DAYS: Final = "signin-key-days"
    MAKE_KEY: Final = "signin-make-key"
    ACCOUNTS: Final = "signin-accounts"
    """The card of accounts, and their list."""
    SEARCH: Final = "signin-search"
    ACCOUNT_ROWS: Final = "signin-account-rows"
    ACCOUNT_NAME: Final = "signin-account-name"
    OPEN_ACCOUNT: Final = "signin-open-account"

    @staticmethod
    def act(what: str, row: object) -> dict[str, object]:
        """A button of a row: provider-on, provider-off, provider-remove, key-revoke, account-link, account-close,
        account-open; with `dash.ALL` all of them."""
        return {"type": f"signin-{what}", "row": row}
