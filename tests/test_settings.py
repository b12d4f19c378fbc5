"""Settings are checked at the start, and what is wrong is said in one sentence."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashapp.domain.errors import SettingsError
from dashapp.settings import AppEnv, Settings, load_settings

PRODUCTION = {
    "app_env": "production",
    "public_url": "https://example.edu/analytics/",
    "database_url": "postgresql://analytics:s3cret@database.example.edu/analytics",
    "secret_keys": "0123456789abcdef0123456789abcdef,fedcba9876543210fedcba9876543210",
    "pseudonym_key": "00112233445566778899aabbccddeeff",
}


SECRET = "s3cret-that-nobody-sees"


def load(**values: Any) -> Settings:
    return load_settings(_env_file=None, **values)


def complaint(**values: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load(**values)
    return str(caught.value)


def test_nothing_needs_to_be_set_on_a_laptop() -> None:
    settings = load()
    assert settings.app_env is AppEnv.DEVELOPMENT
    assert settings.database_url is None
    assert settings.redis_url is None
    assert settings.kafka_brokers == ()
    assert settings.kafka_topics == ("learning-events", "user-events", "content-events")
    assert settings.public_url == "http://127.0.0.1:3007"
    assert settings.demo
    assert settings.demo_sign_in
    assert not settings.production


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8080")
    monkeypatch.setenv("KAFKA_BROKERS", "a.example:9092, b.example:9092")
    monkeypatch.setenv("DATABASE_URL", "")
    settings = load()
    assert settings.port == 8080
    assert settings.kafka_brokers == ("a.example:9092", "b.example:9092")
    assert settings.database_url is None
    assert settings.public_url == "http://127.0.0.1:8080"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=4000\nLOG_LEVEL=debug\nSOMEBODY_ELSES=1\n")
    monkeypatch.setenv("PORT", "5000")
    settings = load_settings(_env_file=file)
    assert settings.port == 5000
    assert settings.log_level == "DEBUG"


def test_settings_cannot_be_changed_after_the_start() -> None:
    settings = load()
    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]  # what is tested


def test_production_starts_with_the_least_that_is_documented() -> None:
    settings = load(**PRODUCTION)
    assert settings.production
    assert settings.public_url == "https://example.edu/analytics"
    assert not settings.demo
    assert not settings.demo_sign_in


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"secret_keys": None}, "SECRET_KEYS is needed in production"),
        ({"pseudonym_key": None}, "PSEUDONYM_KEY is needed in production"),
        ({"secret_keys": "k" * 40}, "should be random"),
        ({"secret_keys": f"{'0123456789abcdef' * 2},{'abcdef' * 8}"}, "should be random"),
        ({"pseudonym_key": "p" * 40}, "should be random"),
        ({"public_url": None}, "PUBLIC_URL is needed in production"),
        ({"public_url": "http://example.edu"}, "PUBLIC_URL should begin with https:// in production"),
        ({"database_url": None}, "DATABASE_URL is needed in production"),
        ({"demo": True}, "DEMO is for development only"),
        ({"demo_sign_in": "true"}, "DEMO_SIGN_IN is for development only"),
        ({"minimum_group_size": 1}, "MINIMUM_GROUP_SIZE should be at least 2 in production"),
    ],
)
def test_production_refuses_what_is_meant_for_a_laptop(changed: dict[str, Any], sentence: str) -> None:
    values = {name: value for name, value in {**PRODUCTION, **changed}.items() if value is not None}
    assert sentence in complaint(**values)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"port": "many"}, "PORT is wrong: input should be a valid integer"),
        ({"port": 0}, "PORT is wrong: input should be greater than or equal to 1, not 0."),
        ({"app_env": "staging"}, "APP_ENV is wrong: input should be 'development' or 'production', not 'staging'."),
        ({"log_level": "loud"}, "LOG_LEVEL is wrong"),
        ({"data_retention_days": -1}, "DATA_RETENTION_DAYS is wrong"),
        ({"prediction_confidence_threshold": 70}, "PREDICTION_CONFIDENCE_THRESHOLD is wrong"),
        ({"port": "many", "log_level": "loud"}, "(1 more after that)."),
        ({"public_url": "example.edu"}, "PUBLIC_URL should read https://host"),
        ({"trusted_proxies": "10.0.0.0/8,proxy"}, "TRUSTED_PROXIES is wrong: proxy is no address"),
        ({"kafka_brokers": "broker"}, "KAFKA_BROKERS is wrong: broker should be host:port."),
        ({"kafka_brokers": "broker:99999"}, "KAFKA_BROKERS is wrong: "),
        ({"public_url": "http://127.0.0.1:port"}, "PUBLIC_URL should read https://host"),
        ({"redis_url": f"redis://:{SECRET}@127.0.0.1:port/0"}, "REDIS_URL should read redis://"),
        ({"redis_url": f"http://:{SECRET}@127.0.0.1:1"}, "REDIS_URL should begin with redis://"),
        ({"database_url": f"mysql://me:{SECRET}@127.0.0.1/a"}, "DATABASE_URL should begin with postgresql://"),
        ({"database_url": f"postgresql://me:{SECRET}@127.0.0.1:port/a"}, "DATABASE_URL should read postgresql://"),
        ({"analytics_batch_size": 0}, "ANALYTICS_BATCH_SIZE is wrong: "),
        ({"kafka_topics": "a,a"}, "KAFKA_TOPICS is wrong"),
        ({"secret_keys": "short"}, "at least 32 characters"),
        ({"secret_keys": ","}, "SECRET_KEYS needs at least one key"),
        ({"secret_keys": "k" * 32, "pseudonym_key": "k" * 32}, "PSEUDONYM_KEY should differ"),
        ({"kafka_security_protocol": "sasl_ssl"}, "KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are needed"),
        ({"kafka_sasl_username": "me"}, "does not use SASL"),
        ({"kafka_ssl_certfile": "/dev/null"}, "KAFKA_SSL_CERTFILE and KAFKA_SSL_KEYFILE belong together"),
        ({"kafka_ssl_cafile": "/nowhere/ca.pem"}, "does not use SSL"),
        ({"kafka_ssl_cafile": "/nowhere/ca.pem", "kafka_security_protocol": "SSL"}, "KAFKA_SSL_CAFILE names no file"),
        ({"smtp_username": "me"}, "SMTP_USERNAME and SMTP_PASSWORD belong together"),
        ({"smtp_host": "mail.example.edu"}, "SMTP_FROM is needed"),
        ({"smtp_host": "mail.example.edu", "smtp_from": "Staff <a@example.edu>"}, "SMTP_FROM should be an address"),
        (
            {"smtp_host": "mail.example.edu", "smtp_from": "a@example.edu", "smtp_security": "none"},
            "SMTP_SECURITY=none is for a mail server on this machine only",
        ),
        ({"data_retention_days": 3000}, "AGGREGATE_RETENTION_DAYS should not be shorter"),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(values: dict[str, Any], sentence: str) -> None:
    said = complaint(**values)
    assert sentence in said
    assert SECRET not in said
    assert "\n" not in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"database_url": "postgres://u:p@h:1/n"}, "postgresql+psycopg2://u:p@h:1/n"),
        ({"database_url": "postgresql:///n?host=/run/pg"}, "postgresql+psycopg2:///n?host=%2Frun%2Fpg"),
        ({"db_host": "h", "db_name": "n"}, "postgresql+psycopg2://h/n"),
        (
            {"db_host": "h", "db_port": 1, "db_name": "n", "db_user": "u", "db_password": "p@/"},
            "postgresql+psycopg2://u:p%40%2F@h:1/n",
        ),
        ({"database_url": "postgresql://u@h/n", "db_host": "h", "db_name": "n"}, "postgresql+psycopg2://u@h/n"),
    ],
)
def test_the_database_is_one_address_however_it_was_set(values: dict[str, Any], url: str) -> None:
    assert load(**values).database_url == url


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"database_url": "mysql://h/n"}, "no other database is supported"),
        ({"database_url": "nonsense"}, "DATABASE_URL should read postgresql://"),
        ({"database_url": "postgresql://h/n", "db_name": "other"}, "DATABASE_URL and DB_NAME contradict each other"),
        ({"database_url": "postgresql://h/n", "db_user": "u"}, "DATABASE_URL and DB_USER contradict each other"),
        ({"db_host": "h"}, "DB_HOST and DB_NAME are both needed"),
        ({"db_host": "h", "db_name": "n", "db_password": "p"}, "DB_PASSWORD needs DB_USER"),
    ],
)
def test_a_database_that_is_set_twice_or_half_is_refused(values: dict[str, Any], sentence: str) -> None:
    assert sentence in complaint(**values)


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"redis_host": "h"}, "redis://h:6379/0"),
        ({"redis_host": "h", "redis_port": 1}, "redis://h:1/0"),
        ({"redis_url": "rediss://h:1/2", "redis_host": "h", "redis_port": 1}, "rediss://h:1/2"),
    ],
)
def test_redis_is_one_address_however_it_was_set(values: dict[str, Any], url: str) -> None:
    assert load(**values).redis_url == url


@pytest.mark.parametrize(
    "values",
    [{"redis_url": "http://h"}, {"redis_port": 1}, {"redis_url": "redis://h", "redis_host": "other"}],
)
def test_a_redis_that_is_set_wrongly_is_refused(values: dict[str, Any]) -> None:
    assert "REDIS_" in complaint(**values)


def test_secrets_are_in_no_message_and_no_repr() -> None:
    settings = load(**PRODUCTION, redis_url="redis://:hidden@h/0")
    for secret in ("s3cret", "0123456789abcdef", "00112233", "hidden"):
        assert secret not in repr(settings)
        assert secret not in str(settings)
    for values in (
        {"secret_keys": 5},
        {"database_url": 12345},
        {"db_password": ["s3cret"]},
        {"pseudonym_key": "brief"},
    ):
        said = complaint(**values)
        assert not any(word in said for word in ("12345", "s3cret", "brief"))


def test_kafka_clients_get_addresses_and_security(tmp_path: Path) -> None:
    assert load(kafka_brokers="b:1").kafka_client_options() == {
        "bootstrap_servers": ["b:1"],
        "security_protocol": "PLAINTEXT",
    }
    ca = tmp_path / "ca.pem"
    ca.touch()
    options = load(
        kafka_brokers="b:1,c:2",
        kafka_security_protocol="sasl_ssl",
        kafka_sasl_username="me",
        kafka_sasl_password="pw",
        kafka_ssl_cafile=ca,
    ).kafka_client_options()
    assert options == {
        "bootstrap_servers": ["b:1", "c:2"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "me",
        "sasl_plain_password": "pw",
        "ssl_check_hostname": True,
        "ssl_cafile": str(ca),
    }


def test_trusted_proxies_are_networks() -> None:
    networks = load(trusted_proxies="10.0.0.0/8, ::1").trusted_networks
    assert [str(network) for network in networks] == ["10.0.0.0/8", "::1/128"]


def test_the_tests_own_settings_keep_away_from_the_checkout(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(port=1)
    assert not settings.demo
    assert not settings.data_dir.exists()
    assert settings.data_dir.is_absolute()
