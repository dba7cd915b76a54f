"""pip's settings reach uv."""

import pytest

from devtools.indexes import attempts, parse_pip_config, translated

LISTED = [
    "global.cert='/etc/ssl/own.pem'",
    "global.index-url='https://mirror.example/simple'",
    "global.extra-index-url='https://one.example/simple https://two.example/simple'",
    "install.index-url='https://install.example/simple'",
    ":env:.find-links='/srv/wheels'",
    "download.index-url='https://not-asked.example/simple'",
]


def test_a_command_wins_over_global_and_the_environment_over_both() -> None:
    assert parse_pip_config(LISTED) == {
        "cert": "/etc/ssl/own.pem",
        "index-url": "https://install.example/simple",
        "extra-index-url": "https://one.example/simple https://two.example/simple",
        "find-links": "/srv/wheels",
    }
    assert parse_pip_config([*LISTED, ":env:.index-url='https://env.example'"])["index-url"] == (
        "https://env.example"
    )


def test_the_order_of_the_lines_does_not_matter() -> None:
    assert parse_pip_config(reversed(LISTED)) == parse_pip_config(LISTED)


def test_every_setting_has_its_variable() -> None:
    assert translated(parse_pip_config(LISTED)) == {
        "SSL_CERT_FILE": "/etc/ssl/own.pem",
        "UV_DEFAULT_INDEX": "https://install.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "/srv/wheels",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_without_settings_nothing_is_said_to_uv() -> None:
    assert translated({}) == {}


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without index, proxy and certificates."""
    names = (
        *("UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX", "UV_CONFIG_FILE", "UV_FIND_LINKS"),
        *("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR"),
        *("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"),
    )
    for name in names:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_translated_settings_are_tried_first_and_the_plain_ones_next(
    bare: pytest.MonkeyPatch,
) -> None:
    first, second = attempts({"index-url": "https://mirror.example/simple"})
    assert first["UV_DEFAULT_INDEX"] == "https://mirror.example/simple"
    assert "UV_DEFAULT_INDEX" not in second


def test_without_settings_there_is_one_attempt(bare: pytest.MonkeyPatch) -> None:
    assert len(attempts({})) == 1


def test_an_index_that_was_told_to_uv_itself_is_left_alone(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    (only,) = attempts({"index-url": "https://mirror.example/simple"})
    assert only["UV_DEFAULT_INDEX"] == "https://own.example/simple"


def test_behind_a_proxy_the_machine_s_certificates_count(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    first, second = attempts({})
    assert first["UV_SYSTEM_CERTS"] == "1"
    assert "UV_SYSTEM_CERTS" not in second


def test_another_virtual_environment_does_not_lead_uv_astray(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("VIRTUAL_ENV", "/srv/other")
    bare.setenv("UV_SYSTEM_PYTHON", "1")
    (only,) = attempts({})
    assert not {"VIRTUAL_ENV", "UV_SYSTEM_PYTHON"} & set(only)
