"""What can be set from outside. This module is the only reader of the environment.

Every field is an environment variable of the same name in capitals, or a line of `.env`; `docs/settings.md` and
`.env.example` list them all. A value that is invalid, or contradicts another, stops the start with one sentence.
"""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, FilePath, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from dashapp.domain.errors import SettingsError
from dashapp.domain.events import Topic
from dashapp.domain.mail import check_mail_server
from dashapp.domain.strength import SHORTEST, is_monotonous, is_short

DEVELOPMENT_SECRET_KEY = "development-only-secret-key-never-in-production"
"""Signs sessions on a laptop. It is published, so production refuses it."""
DEVELOPMENT_PSEUDONYM_KEY = "development-only-pseudonym-key-never-in-production"
"""Hashes actor ids on a laptop. It is published, so production refuses it."""

Port = Annotated[int, Field(ge=1, le=65535)]
Words = Annotated[tuple[str, ...], NoDecode]
Secret = Annotated[str, Field(repr=False)]


class AppEnv(StrEnum):
    """Where the service runs: on somebody's machine, or for people."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """All settings, checked, frozen. Secrets are left out of its repr.

    After the checks `database_url`, `redis_url` and `public_url`, without a closing slash, are filled from their parts.
    """

    model_config = SettingsConfigDict(frozen=True, env_file=".env", env_ignore_empty=True, extra="ignore")

    app_env: AppEnv = AppEnv.DEVELOPMENT
    host: str = "127.0.0.1"
    port: Port = 3007
    public_url: str = ""
    trusted_proxies: Words = ()
    data_dir: Path = Path("var")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    secret_keys: Annotated[Words, Field(repr=False)] = (DEVELOPMENT_SECRET_KEY,)
    pseudonym_key: Secret = DEVELOPMENT_PSEUDONYM_KEY
    demo: bool = True
    demo_sign_in: bool = True

    database_url: Annotated[str | None, Field(repr=False)] = None
    db_host: str | None = None
    db_port: Port | None = None
    db_name: str | None = None
    db_user: str | None = None
    db_password: Annotated[str | None, Field(repr=False)] = None
    redis_url: Annotated[str | None, Field(repr=False)] = None
    redis_host: str | None = None
    redis_port: Port | None = None

    kafka_brokers: Words = ()
    kafka_topics: Words = ("learning-events", "user-events", "content-events")
    kafka_group: str = "learning-analytics"
    kafka_dead_letter_topic: str | None = None
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: Annotated[str | None, Field(repr=False)] = None
    kafka_ssl_cafile: Path | None = None
    kafka_ssl_certfile: Path | None = None
    kafka_ssl_keyfile: Path | None = None
    kafka_ssl_password: Annotated[str | None, Field(repr=False)] = None
    kafka_ssl_check_hostname: bool = True

    ingest_thread: bool = True
    jobs_thread: bool = True
    analytics_batch_size: Annotated[int, Field(ge=1, le=100_000)] = 1000
    max_event_bytes: Annotated[int, Field(ge=1024, le=67_108_864)] = 1_048_576
    future_tolerance: Annotated[int, Field(ge=0, le=86_400)] = 300
    real_time_lag_threshold: Annotated[int, Field(ge=100)] = 5000
    data_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    aggregate_retention_days: Annotated[int, Field(ge=1, le=36_500)] = 1826

    collector_max_bytes: Annotated[int, Field(ge=1024, le=1_073_741_824)] = 10_485_760
    collector_max_items: Annotated[int, Field(ge=1, le=100_000)] = 5000
    collector_rate: Annotated[int, Field(ge=1)] = 20_000
    collector_timeout: Annotated[int, Field(ge=1, le=600)] = 30
    collector_origins: Words = ()
    upload_max_bytes: Annotated[int, Field(ge=1_048_576)] = 8_589_934_592

    outgoing_networks: Words = ()
    outgoing_ca_file: FilePath | None = None
    openid_client_secrets: Annotated[Words, Field(repr=False)] = ()
    roster_folder: Path | None = None
    roster_secrets: Annotated[Words, Field(repr=False)] = ()

    live_interval: Annotated[int, Field(ge=500, le=60_000)] = 2000
    minimum_group_size: Annotated[int, Field(ge=1, le=100)] = 5
    ml_model_update_interval: Annotated[int, Field(ge=60_000)] = 86_400_000
    prediction_confidence_threshold: Annotated[float, Field(ge=0, le=1)] = 0.7

    smtp_host: str | None = None
    smtp_port: Port = 587
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    smtp_username: str | None = None
    smtp_password: Annotated[str | None, Field(repr=False)] = None
    smtp_from: str | None = None

    @field_validator(
        *("trusted_proxies", "secret_keys", "kafka_brokers", "kafka_topics", "collector_origins"),
        *("outgoing_networks", "openid_client_secrets", "roster_secrets"),
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        """Lists are written with commas between their words."""
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        return value

    @field_validator("log_level", "kafka_security_protocol", "kafka_sasl_mechanism", mode="before")
    @classmethod
    def _capitals(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("trusted_proxies", "outgoing_networks")
    @classmethod
    def _are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            try:
                ip_network(word)
            except ValueError:
                raise ValueError(f"{word} is no address and no network such as 10.0.0.0/8") from None
        return value

    @field_validator("collector_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            parts = urlsplit(word)
            if word != "*" and (parts.scheme not in ("http", "https") or word != f"{parts.scheme}://{parts.netloc}"):
                raise ValueError(f"{word} should be * or an origin such as https://lms.example.edu")
        return value

    @field_validator("openid_client_secrets", "roster_secrets")
    @classmethod
    def _are_named(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(name and secret for name, _, secret in (word.partition("=") for word in value)):
            raise ValueError("each should read organisation/name=secret")
        return value

    @field_validator("kafka_brokers")
    @classmethod
    def _are_brokers(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            host, colon, port = word.rpartition(":")
            if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
                raise ValueError(f"{word} should be host:port")
        return value

    @field_validator("kafka_topics")
    @classmethod
    def _are_topics(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(value) != len(Topic) or len(set(value)) != len(value):
            raise ValueError("name three different topics: what learners do, people, content")
        return value

    @model_validator(mode="after")
    def _fill_and_cross_check(self) -> Self:
        production = self.app_env is AppEnv.PRODUCTION
        filled: dict[str, object] = {
            "database_url": _database_url(self),
            "redis_url": _redis_url(self),
            "public_url": _public_url(self),
            "demo": self.demo and (not production or "demo" in self.model_fields_set),
            "demo_sign_in": self.demo_sign_in and (not production or "demo_sign_in" in self.model_fields_set),
        }
        for name, value in filled.items():
            # The model is frozen for everybody else; this is the last moment of its making.
            object.__setattr__(self, name, value)
        for check in (_check_secrets, _check_kafka, _check_smtp, _check_retention, _check_production):
            check(self)
        return self

    @property
    def production(self) -> bool:
        """Whether people's data is served: no demo, no published secrets."""
        return self.app_env is AppEnv.PRODUCTION

    @property
    def trusted_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The proxies whose `X-Forwarded-*` headers are believed."""
        return tuple(ip_network(word) for word in self.trusted_proxies)

    def openid_client_secret(self, name: str) -> str | None:
        """The secret that a provider has given this service, by `organisation/provider`."""
        return dict(word.split("=", 1) for word in self.openid_client_secrets).get(name)

    def kafka_client_options(self) -> dict[str, Any]:
        """Keyword arguments that any client of kafka-python needs to reach the brokers: addresses and security."""
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.kafka_brokers),
            "security_protocol": self.kafka_security_protocol,
        }
        if self.kafka_security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.kafka_sasl_mechanism
            options["sasl_plain_username"] = self.kafka_sasl_username
            options["sasl_plain_password"] = self.kafka_sasl_password
        if self.kafka_security_protocol.endswith("SSL"):
            options["ssl_check_hostname"] = self.kafka_ssl_check_hostname
            for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile", "ssl_password"):
                value = getattr(self, f"kafka_{name}")
                if value is not None:
                    options[name] = str(value)
        return options


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process, from the environment and `.env`; `overrides` are for tests and tools.

    Raises SettingsError whose text is one sentence naming the setting; no secret's value is in it.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def setting_names() -> tuple[str, ...]:
    """The names of all environment variables that are read."""
    return tuple(name.upper() for name in Settings.model_fields)


def _sentence(error: ValidationError) -> str:
    """The first thing that is wrong, in words; the others are only counted."""
    errors = error.errors()
    first = errors[0]
    words = first["msg"].removeprefix("Value error, ").rstrip(".")
    location = first["loc"]
    if location:
        name = str(location[0])
        field = Settings.model_fields.get(name)
        is_shown = field is not None and field.repr and first["type"] != "value_error"
        given = f", not {first['input']!r}" if is_shown else ""
        words = f"{name.upper()} is wrong: {words[0].lower()}{words[1:]}{given}"
    more = f" ({len(errors) - 1} more after that)" if len(errors) > 1 else ""
    return f"{words}{more}."


def _database_url(settings: Settings) -> str | None:
    """One URL from DATABASE_URL or the DB_* parts, which must not contradict each other; None: the embedded server."""
    parts: dict[str, str | int | None] = {
        "host": settings.db_host,
        "port": settings.db_port,
        "database": settings.db_name,
        "username": settings.db_user,
        "password": settings.db_password,
    }
    given = {name: value for name, value in parts.items() if value is not None}
    if settings.database_url is None:
        if not given:
            return None
        if settings.db_host is None or settings.db_name is None:
            raise ValueError("DB_HOST and DB_NAME are both needed, or DATABASE_URL instead of all DB_* settings")
        if settings.db_password is not None and settings.db_user is None:
            raise ValueError("DB_PASSWORD needs DB_USER beside it")
        url = URL.create("postgresql+psycopg2", **given)  # type: ignore[arg-type]  # one dict for str and int parts
        return url.render_as_string(hide_password=False)
    try:
        url = make_url(settings.database_url)
    except (ArgumentError, ValueError):
        raise ValueError("DATABASE_URL should read postgresql://user:password@host:port/name") from None
    if url.drivername not in ("postgres", "postgresql", "postgresql+psycopg2"):
        raise ValueError("DATABASE_URL should begin with postgresql://, since no other database is supported")
    for name, value in given.items():
        if str(getattr(url, name)) != str(value):
            setting = {"database": "DB_NAME", "username": "DB_USER"}.get(name, f"DB_{name.upper()}")
            raise ValueError(f"DATABASE_URL and {setting} contradict each other, so set only one of them")
    return url.set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)


def _redis_url(settings: Settings) -> str | None:
    """One URL from REDIS_URL or its parts; None: the cache is in memory."""
    if settings.redis_url is None:
        if settings.redis_host is None:
            if settings.redis_port is not None:
                raise ValueError("REDIS_PORT needs REDIS_HOST beside it")
            return None
        return f"redis://{settings.redis_host}:{settings.redis_port or 6379}/0"
    parts = urlsplit(settings.redis_url)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError("REDIS_URL should begin with redis://, rediss:// or unix://")
    if parts.scheme != "unix" and not _has_port(parts):
        raise ValueError("REDIS_URL should read redis://:password@host:port/number")
    contradicted = (settings.redis_host is not None and settings.redis_host != parts.hostname) or (
        settings.redis_port is not None and settings.redis_port != (parts.port or 6379)
    )
    if contradicted:
        raise ValueError("REDIS_URL and REDIS_HOST or REDIS_PORT contradict each other, so set only one of them")
    return settings.redis_url


def _has_port(parts: SplitResult) -> bool:
    """Whether an address has a host and, where it names a port, a possible one."""
    try:
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _public_url(settings: Settings) -> str:
    """The address people use, without a closing slash."""
    if not settings.public_url:
        if settings.production:
            raise ValueError("PUBLIC_URL is needed in production: the https:// address that people use")
        return f"http://127.0.0.1:{settings.port}"
    parts = urlsplit(settings.public_url)
    if parts.scheme not in ("http", "https") or not _has_port(parts) or parts.query or parts.fragment:
        raise ValueError("PUBLIC_URL should read https://host or https://host/prefix")
    if settings.production and parts.scheme != "https":
        raise ValueError("PUBLIC_URL should begin with https:// in production, since sessions travel over it")
    return settings.public_url.rstrip("/")


def _check_secrets(settings: Settings) -> None:
    if not settings.secret_keys:
        raise ValueError("SECRET_KEYS needs at least one key; the first signs, the others still verify")
    if settings.production:
        if DEVELOPMENT_SECRET_KEY in settings.secret_keys:
            raise ValueError("SECRET_KEYS is needed in production, since the default is published")
        if settings.pseudonym_key == DEVELOPMENT_PSEUDONYM_KEY:
            raise ValueError("PSEUDONYM_KEY is needed in production, since the default is published")
    for key in (*settings.secret_keys, settings.pseudonym_key):
        if is_short(key):
            raise ValueError(f"SECRET_KEYS and PSEUDONYM_KEY need at least {SHORTEST} characters each")
        if settings.production and is_monotonous(key):
            raise ValueError("SECRET_KEYS and PSEUDONYM_KEY should be random: one of them repeats a few characters")
    if settings.pseudonym_key in settings.secret_keys:
        raise ValueError("PSEUDONYM_KEY should differ from every one of SECRET_KEYS, since those are rotated")


def _check_kafka(settings: Settings) -> None:
    if settings.kafka_dead_letter_topic is not None:
        if not settings.kafka_brokers:
            raise ValueError("KAFKA_DEAD_LETTER_TOPIC needs KAFKA_BROKERS beside it")
        if settings.kafka_dead_letter_topic in settings.kafka_topics:
            raise ValueError("KAFKA_DEAD_LETTER_TOPIC should be none of KAFKA_TOPICS, since those are read")
    sasl = settings.kafka_security_protocol.startswith("SASL")
    ssl = settings.kafka_security_protocol.endswith("SSL")
    if sasl and not (settings.kafka_sasl_username and settings.kafka_sasl_password):
        raise ValueError(
            "KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are needed by "
            f"KAFKA_SECURITY_PROTOCOL={settings.kafka_security_protocol}"
        )
    if not sasl and settings.kafka_sasl_username:
        raise ValueError("KAFKA_SASL_USERNAME is set, but KAFKA_SECURITY_PROTOCOL does not use SASL")
    if (settings.kafka_ssl_certfile is None) != (settings.kafka_ssl_keyfile is None):
        raise ValueError("KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE belong together, so set both or none")
    for name in ("kafka_ssl_cafile", "kafka_ssl_certfile", "kafka_ssl_keyfile"):
        path: Path | None = getattr(settings, name)
        if path is None:
            continue
        if not ssl:
            raise ValueError(f"{name.upper()} is set, but KAFKA_SECURITY_PROTOCOL does not use SSL")
        if not path.is_file():
            raise ValueError(f"{name.upper()} names no file: {path}")


def _check_smtp(settings: Settings) -> None:
    credentials = settings.smtp_username, settings.smtp_password
    check_mail_server(settings.smtp_host, settings.smtp_security, credentials, settings.smtp_from)


def _check_retention(settings: Settings) -> None:
    if settings.aggregate_retention_days < settings.data_retention_days:
        raise ValueError("AGGREGATE_RETENTION_DAYS should not be shorter than DATA_RETENTION_DAYS")


def _check_production(settings: Settings) -> None:
    if not settings.production:
        return
    if settings.demo:
        raise ValueError("DEMO is for development only, so unset it in production")
    if settings.demo_sign_in:
        raise ValueError("DEMO_SIGN_IN is for development only, so unset it in production: it asks for no password")
    if settings.database_url is None:
        raise ValueError("DATABASE_URL is needed in production, since the embedded server trusts its whole machine")
    if settings.minimum_group_size < 2:
        raise ValueError("MINIMUM_GROUP_SIZE should be at least 2 in production, since a group of one is a person")
