"""A configuration says what it means, or is refused with the entry that is wrong."""

import os
from pathlib import Path

import pytest

from etfs.services import EtfError
from etfs.services.collect_config import LARGEST, CollectConfig, config_read


@pytest.fixture
def path(settings, tmp_path: Path) -> Path:
    found = tmp_path / "collect.yaml"
    settings.ETF_COLLECT_CONFIG = str(found)
    return found


def read(path: Path, text: str | bytes, region: str = "KR") -> CollectConfig:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return config_read(region)


WHOLE = """\ufeff# Funds of two regions
max_workers: 2
max_holdings: 100
regions:
  KR: {source: pykrx, etf_symbols: ["069500", " 360750", "069500", "0000d0"]}
  US:
    source: polygon
    max_workers: 8
    max_holdings: null
  JP:
"""


def test_entries_of_a_region_go_before_those_of_the_whole_file(path):
    assert read(path, WHOLE) == CollectConfig("pykrx", ("069500", "360750", "0000D0"), 100, 2)
    assert read(path, WHOLE, "US") == CollectConfig("polygon", (), None, 8)
    assert read(path, WHOLE, "JP") == CollectConfig("", (), 100, 2, is_for_all=True)
    assert read(path, "source: yfinance", "HK") == CollectConfig("yfinance", (), None, 4, is_for_all=True)


@pytest.mark.parametrize("text", ["", "# nothing yet", "---", "regions:", "{}", "regions: {KR: }"])
def test_nothing_said_is_nothing_asked(path, text):
    assert read(path, text) == CollectConfig(is_for_all=True)


def test_no_configuration_is_none(settings):
    settings.ETF_COLLECT_CONFIG = ""
    assert config_read("KR") == CollectConfig(is_for_all=True)


DEEP = "[" * 5000
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(97 + n)}: &{chr(97 + n)} [{', '.join([f'*{chr(96 + n)}'] * 9)}]\n" for n in range(1, 12)
)
MERGED = "a: &a {k: 1}\n" + "".join(
    f"{chr(97 + n)}: &{chr(97 + n)} {{<<: [{', '.join([f'*{chr(96 + n)}'] * 9)}]}}\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("sources: pykrx", "unknown entry 'sources': known are regions, source, etf_symbols"),
        ("1: pykrx", "unknown entry 1"),
        ("regions: {KR: {sauce: pykrx}}", "unknown entry 'sauce'"),
        ("regions: {kr: {source: pykrx}}", "unknown region 'kr': use one of KR, US"),
        ("regions: {NO: {source: pykrx}}", "unknown region False"),
        ("regions: {KR: {regions: {}}}", "unknown entry 'regions'"),
        ("regions: [KR]", "regions must be a mapping"),
        ("regions: 0", "regions must be a mapping"),
        ("regions: {KR: pykrx}", "KR must be a mapping"),
        ("regions: {KR: [source, pykrx]}", "KR must be a mapping"),
        ("- KR", "must be a mapping"),
        ("just words", "must be a mapping"),
        ("source: [pykrx]", "source must be the name of one"),
        ("source: 5", "source must be the name of one"),
        ("etf_symbols: '069500'", "etf_symbols must be a list"),
        ("etf_symbols: {a: b}", "etf_symbols must be a list"),
        ("etf_symbols: [102110]", "etf_symbols: put 102110 in quotes, tickers are text"),
        ("etf_symbols: [005070]", "etf_symbols: put 2616 in quotes, tickers are text"),  # an octal number
        ("etf_symbols: [ON, SPY]", "etf_symbols: put True in quotes"),
        ("etf_symbols: [2024-01-02]", "in quotes, tickers are text"),
        ("etf_symbols: ['']", "etf_symbols: put '' in quotes"),
        ("etf_symbols: [null]", "etf_symbols: put None in quotes"),
        ("etf_symbols: [[SPY]]", r"etf_symbols: put \['SPY'\] in quotes"),
        (f"etf_symbols: [{'A' * 33}]", "etf_symbols: 'A{32}' is not a ticker"),
        ('etf_symbols: ["A\\0"]', "etf_symbols: .* is not a ticker"),
        ("etf_symbols: [0x" + "f" * 9000 + "]", "put a huge number in quotes"),
        ("max_workers: 0", "max_workers must be a whole number from 1 to 32"),
        ("max_workers: 33", "max_workers must be"),
        ("max_workers: 2.0", "max_workers must be"),
        ("max_workers: yes", "max_workers must be"),
        ("max_workers: four", "max_workers must be"),
        ("max_holdings: -1", "max_holdings must be a whole number from 1 to 100,000"),
        ("max_holdings: 100001", "max_holdings must be"),
        ("max_holdings: .inf", "max_holdings must be"),
        ("source: a\nsource: b", "is not YAML .*'source' is there twice, line 1"),
        ("regions: {KR: {source: a}, KR: {source: b}}", "'KR' is there twice"),
        ("a: [", "is not YAML .*line 1"),
        ("\tsource: a", "is not YAML"),
        ("max_workers: 2024-13-45", "is not YAML .*month must be"),
        ("max_workers: " + "9" * 9000, "is not YAML"),
        ("source: !!python/object/apply:os.system [true]", "is not YAML"),
        ("? [a, b]\n: c", "is not YAML"),
        ("a: 1\n---\nb: 2", "is not YAML"),
        ("source: \0", "is not YAML"),
        (DEEP, "is not YAML"),
        (BOMB, "is not YAML .aliases are not read here"),
        (MERGED, "is not YAML .aliases are not read here"),
        ("a: &a [*a]", "is not YAML .aliases are not read here"),
        (b"source: \xc7\xd1", r"is not UTF-8 \(byte 8\)"),
        ("source: a".encode("utf-16"), "is not UTF-8"),
        ("#" * (LARGEST + 1), "has more than 1,000,000 bytes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(path, text, reason):
    with pytest.raises(EtfError, match=f"^config: .*{reason}") as caught:
        read(path, text)
    assert len(str(caught.value)) < 400 + len(str(path))


def test_a_file_that_cannot_be_read_says_why(path, settings):
    with pytest.raises(EtfError, match=r"cannot be read \(No such file"):
        config_read("KR")
    settings.ETF_COLLECT_CONFIG = str(path.parent)
    with pytest.raises(EtfError, match="is not a file"):
        config_read("KR")
    os.mkfifo(path)  # reading it would wait for ever
    settings.ETF_COLLECT_CONFIG = str(path)
    with pytest.raises(EtfError, match="is not a file"):
        config_read("KR")
