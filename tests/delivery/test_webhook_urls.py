"""Where webhooks may go: spellings of attacks, and every address judged beside Python's ipaddress."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.database import Database, TestCluster

# What must pass. Names are not resolved when a rule is saved; what they resolve to is asked before each delivery.
GOOD = [
    "https://hooks.example.com",
    "https://hooks.example.com/",
    "HTTPS://Hooks.Example.COM/path?x=1&y=%20#z",
    "https://hooks.example.com:443/path",
    "https://hooks.example.com:8443/path",
    "https://hooks.example.com?query",
    "https://hooks.example.com/redirect?to=http://127.0.0.1/",
    "https://hooks.example.com/a@b:c",
    "https://xn--bcher-kva.example/",
    "https://1and1.example.com/",
    "https://10.example.com/",
    "https://0x7f.example.com/",
    "https://8.8.8.8/",
    "https://[2606:4700:4700::1111]/",
    "https://[2606:4700:4700:0:0:0:0:1111]:443/",
    "https://a-b--c.example.com/",
    "https://localhost.example.com/",
    "https://hooks.slack.com/services/T0/B0/x",
]

# What must not. Each is understood by somebody as an inner address, or differently by two readers.
BAD = [
    # the machine itself
    "https://127.0.0.1/", "https://127.0.0.1:443/", "https://127.1.2.3/", "https://127.255.255.254/",
    "https://localhost/", "https://LOCALHOST/", "https://localhost:8443/", "https://foo.localhost/",
    "https://localhost.localdomain/", "https://localhost./", "https://127.0.0.1./", "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/", "https://[0000:0000:0000:0000:0000:0000:0000:0001]/", "https://[::1%25lo]/",
    "https://[::1%lo]/",
    # other spellings of 127.0.0.1
    "https://2130706433/", "https://017700000001/", "https://0x7f000001/", "https://0x7F000001/", "https://127.1/",
    "https://127.0.1/", "https://0177.0.0.1/", "https://0x7f.0.0.1/", "https://0x7f.1/", "https://00127.0.0.1/",
    "https://127.0.0.01/", "https://127.0.0.0x1/", "https://127.000.000.001/", "https://0/", "https://0x/",
    "https://4294967296/", "https://127.0.0.1.1/", "https://256.0.0.1/", "https://foo.127/", "https://foo.0x7f/",
    "https://%31%32%37.0.0.1/", "https://127%2e0.0.1/", "https://\uff11\uff12\uff17.0.0.1/", "https://127。0。0。1/",
    "https://①②⑦.0.0.1/",
    # holding an IPv4 address
    "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::ffff:8.8.8.8]/", "https://[::127.0.0.1]/",
    "https://[0:0:0:0:0:ffff:127.0.0.1]/", "https://[64:ff9b::127.0.0.1]/", "https://[64:ff9b::7f00:1]/",
    "https://[64:ff9b:1::a00:1]/", "https://[2002:7f00:1::]/", "https://[2001:0:7f00:1::]/",
    "https://[::ffff:0:127.0.0.1]/",
    # private, link-local, providers', metadata
    "https://10.0.0.1/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.1.1/",
    "https://100.64.0.1/", "https://169.254.169.254/latest/meta-data/", "https://169.254.170.2/",
    "https://[fe80::1]/", "https://[fec0::1]/", "https://[fd00:ec2::254]/", "https://[fc00::1]/",
    "https://168.63.129.16/", "https://100.100.100.200/", "https://192.0.0.192/", "https://2852039166/",
    "https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://metadata.google.internal/computeMetadata/v1/",
    "https://metadata/", "https://instance-data/", "https://kubernetes.default.svc.cluster.local/",
    "https://kubernetes/", "https://router.lan/", "https://printer.local/", "https://wiki.corp/",
    "https://nas.home/", "https://nas.home.arpa/", "https://wiki.intranet/", "https://1.0.0.127.in-addr.arpa/",
    "https://abc.onion/", "https://x.invalid/", "https://x.test/",
    # unspecified, multicast, broadcast, reserved, documentation
    "https://0.0.0.0/", "https://0.1.2.3/", "https://[::]/", "https://224.0.0.1/", "https://239.255.255.250/",
    "https://[ff02::1]/", "https://255.255.255.255/", "https://240.0.0.1/", "https://198.18.0.1/",
    "https://192.0.2.1/", "https://198.51.100.7/", "https://203.0.113.7/", "https://[2001:db8::1]/",
    "https://[100::1]/", "https://[4000::1]/", "https://192.88.99.1/",
    # schemes
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://127.0.0.1:70/",
    "ws://hooks.example.com/", "javascript:alert(1)", "data:text/plain,x", "https:hooks.example.com",
    "https:/hooks.example.com", "//hooks.example.com/", "hooks.example.com", "https//hooks.example.com",
    "postgresql://hooks.example.com/x", "https",
    # credentials and confusions about what is the host
    "https://user@hooks.example.com/", "https://user:password@hooks.example.com/",
    "https://hooks.example.com@127.0.0.1/", "https://hooks.example.com:443@127.0.0.1/",
    "https://127.0.0.1\\@hooks.example.com/", "https://hooks.example.com\\@127.0.0.1/",
    "https://127.0.0.1\\.example.com/", "https://hooks.example.com%2f@127.0.0.1/",
    "https://hooks.example.com%00.evil.example/", "https://@127.0.0.1/", "https://:@127.0.0.1/",
    "https:\\\\127.0.0.1\\", "https:///127.0.0.1/", "https://\t127.0.0.1/", "https://hooks.example.com /",
    " https://hooks.example.com/", "https://hooks.example.com/\r\nX-Injected: 1", "https://hooks.example.com/\n",
    "https://hooks.exa\tmple.com/", "https://hooks.example.com/a b", "https://hooks.example.com/ü",
    "https://hooks.example.com/\x01", "https://hooks.example.com/\x7f",
    # ports
    "https://hooks.example.com:22/", "https://hooks.example.com:25/", "https://hooks.example.com:5432/",
    "https://hooks.example.com:0/", "https://hooks.example.com:/", "https://hooks.example.com:443:443/",
    "https://hooks.example.com:0443/", "https://hooks.example.com:65979/", "https://hooks.example.com:-1/",
    "https://hooks.example.com:4x/", "https://hooks.example.com:80/",
    # host names
    "https://", "https:///", "https://?x", "https://#x", "https://.", "https://..", "https://.example.com/",
    "https://example..com/", "https://example.com./", "https://-example.com/", "https://example-.com/",
    "https://ex_ample.com/", "https://exa*mple.com/", "https://bücher.example/", "https://ⓛocalhost/",
    "https://l\u043ecalhost.example/", "https://example.com,127.0.0.1/", "https://" + "a" * 64 + ".example.com/",
    "https://" + "a." * 126 + "example/", "https://intranet/",
    # brackets
    "https://[127.0.0.1]/", "https://[::1/", "https://::1/", "https://[]/", "https://[:]/", "https://[:::1]/",
    "https://[1::2::3]/", "https://[12345::]/", "https://[::1]x/", "https://[::1]:x/", "https://[::g]/",
    "https://[v1.fe80::1]/", "https://[1:2:3:4:5:6:7]/", "https://[1:2:3:4:5:6:7:8:9]/", "https://[::256.1.1.1]/",
    "https://[::1.2.3]/", "https://[[::1]]/", "https://[::ffff:127.0.0.1%25eth0]/",
    # nothing, too much
    "", "   ", "https://hooks.example.com/" + "a" * 2048,
]  # fmt: skip


@pytest.fixture(scope="module")
def database(cluster: TestCluster) -> Iterator[Database]:
    found = cluster.create(cluster.template("tap"))
    yield found
    cluster.drop(found)


def faults(database: Database, urls: list[str]) -> dict[str, list[str]]:
    rows = database.rows("select u, trimtab.webhook_url_faults(u) from unnest(%s::text[]) u", [urls])
    return dict(rows)


def test_what_may_be_called_passes(database: Database) -> None:
    assert {url: found for url, found in faults(database, GOOD).items() if found} == {}


def test_no_spelling_of_what_may_not_be_called_passes(database: Database) -> None:
    found = faults(database, BAD)
    assert len(found) == len(set(BAD)) > 170
    assert [url for url, reasons in found.items() if not reasons] == []


def test_a_refusal_names_every_fault_and_the_way_out(database: Database) -> None:
    assert faults(database, ["http://hooks.example.com:25/"])["http://hooks.example.com:25/"] == [
        "The scheme is http; allowed is https.",
        "The port 25 is not allowed; allowed are 443, 8443.",
    ]


def specials(version: int) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """The blocks that Python's ipaddress knows as private or reserved: its reading of the IANA registries."""
    constants = ipaddress._IPv4Constants if version == 4 else ipaddress._IPv6Constants  # type: ignore[attr-defined]
    found = [
        value for value in vars(constants).values() if isinstance(value, (ipaddress.IPv4Network, ipaddress.IPv6Network))
    ]
    for value in vars(constants).values():
        if isinstance(value, list):
            found += value
    return found


def samples(version: int) -> list[str]:
    """First, last, their neighbours and some within each special block, and addresses from anywhere."""
    random_source = random.Random(20_261_121 + version)  # noqa: S311
    size, make = (32, ipaddress.IPv4Address) if version == 4 else (128, ipaddress.IPv6Address)
    numbers = [random_source.getrandbits(size) for _ in range(3000)]
    if version == 6:
        numbers += [(1 << 125) | random_source.getrandbits(125) for _ in range(3000)]
    for network in specials(version):
        first, last = int(network.network_address), int(network.broadcast_address)
        numbers += [first - 1, first, first + 1, last - 1, last, last + 1]
        numbers += [random_source.randint(first, last) for _ in range(30)]
    return sorted({str(make(number)) for number in numbers if 0 <= number < 1 << size})


# Where we are stricter than Python's reading of the registries, and why.
STRICTER = [
    ipaddress.ip_network(block)
    for block in (
        "168.63.129.16/32",  # a cloud's metadata
        "192.0.0.0/24",  # all of it, as the registry has it
        "192.88.99.0/24",  # relays to IPv6
        "64:ff9b::/96", "2002::/16",  # hold an IPv4 address
        "2001:1::1/128", "2001:1::2/128", "2001:1::3/128", "2001:3::/32", "2001:4:112::/48",  # anycast and the like
        "2001:20::/28", "2001:30::/28",
    )
]  # fmt: skip


@pytest.mark.parametrize("version", [4, 6])
def test_every_address_is_judged_as_ipaddress_does_or_more_strictly(database: Database, version: int) -> None:
    addresses = samples(version)
    rows = dict(database.rows("select a, trimtab.address_fault(a::inet) from unnest(%s::text[]) a", [addresses]))
    wrong = []
    for text, fault in rows.items():
        address = ipaddress.ip_address(text)
        is_public = address.is_global and not address.is_multicast and not address.is_reserved
        if version == 6 and address not in ipaddress.ip_network("2000::/3"):
            is_public = False  # nothing else is given out
        if is_public and any(address.version == block.version and address in block for block in STRICTER):
            is_public = False
        if is_public is not (fault is None):
            wrong.append((text, fault))
    assert wrong == []
    assert sum(fault is None for fault in rows.values()) > 1000
    assert sum(fault is not None for fault in rows.values()) > 300


def test_every_spelling_of_an_ipv6_address_is_read_as_ipaddress_reads_it(database: Database) -> None:
    random_source = random.Random(7)  # noqa: S311
    texts: set[str] = set()
    while len(texts) < 3000:
        groups = [
            random_source.choice(["", "0", "1", "ffff", "12345", "g", "00a1", "fe80"])
            for _ in range(random_source.randint(1, 10))
        ]
        text = ":".join(groups) + random_source.choice(
            ["", "", ":", "::", ":1.2.3.4", "1.2.3.400", ":01.2.3.4", "::8.8.8.8"]
        )
        texts.add(random_source.choice(["", "", ":", "::"]) + text)
    for text, found in database.rows("select t, host(trimtab.ipv6_of(t)) from unnest(%s::text[]) t", [list(texts)]):
        try:
            expected: ipaddress.IPv6Address | None = ipaddress.IPv6Address(text)
        except ValueError:
            expected = None
        assert (found and ipaddress.IPv6Address(found)) == expected, text


def test_the_ports_the_scheme_and_the_hosts_follow_the_settings(cluster: TestCluster) -> None:
    database = cluster.create(cluster.template("tap"))
    database.rows("update trimtab.settings set value = 'true' where name = 'webhook_http_allowed'")
    database.rows("update trimtab.settings set value = '[9000]' where name = 'webhook_ports'")
    database.rows(
        "update trimtab.settings set value = %s::jsonb where name = 'webhook_hosts'",
        ['["*.example.com", "one.example.net"]'],
    )
    expected = {
        "http://a.example.com/": True,
        "http://a.b.example.com:9000/": True,
        "https://one.example.net/": True,
        "https://example.com/": False,
        "https://notexample.com/": False,
        "https://two.example.net/": False,
        "https://a.example.com.evil.example/": False,
        "https://a.example.com:443/": False,
        "https://8.8.8.8/": False,
        "http://127.0.0.1:9000/": False,
    }
    found = faults(database, list(expected))
    assert {url: not reasons for url, reasons in found.items()} == expected
    cluster.drop(database)


# Pieces of which URLs and what is taken for them are made.
PIECES = st.sampled_from(
    [
        "https://", "HTTPS://", "http://", "//", "/", "\\", "@", ":", "::", ".", "..", "[", "]", "%", "%2e", "?",
        "#", "&", " ", "\t", "\n", "0", "1", "7", "10", "127", "0x7f", "0177", "255", "256", "2130706433",
        "169.254.169.254", "127.0.0.1", "8.8.8.8", "[::1]", "::ffff:7f00:1", "2606:4700:4700::1111", "fe80", "a",
        "xn--", "-", "_", "localhost", "example.com", "hooks.", ".local", ".internal", "user", ":443", ":8443",
        ":80", ":0443", "\u3002", "\uff10", "\u200b", "\u00df", "\u2460", "\ufeff",
    ]
)  # fmt: skip
URLS = st.one_of(
    st.lists(PIECES, max_size=9).map("".join),
    st.lists(PIECES, max_size=9).map(lambda pieces: "https://" + "".join(pieces)),
    st.text(st.characters(codec="utf-8"), max_size=30),
).filter(lambda url: "\x00" not in url)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(urls=st.lists(URLS, min_size=60, max_size=120))
def test_what_passes_is_a_public_host_to_another_reader_too(database: Database, urls: list[str]) -> None:
    """Nothing raises; and of what passes, Python's own reader of URLs sees the same harmless parts."""
    for url, found in faults(database, urls).items():
        if found:
            continue
        parts = urlsplit(url)
        assert parts.scheme == "https", url
        assert parts.username is None, url
        assert parts.password is None, url
        assert parts.port in (None, 443, 8443), url
        assert parts.hostname, url
        assert parts.hostname.isascii(), url
        try:
            address = ipaddress.ip_address(parts.hostname)
        except ValueError:
            last = parts.hostname.rsplit(".", 1)[-1]
            assert "." in parts.hostname, url
            assert last not in ("localhost", "local", "internal", ""), url
            assert not last.isdigit(), url
            assert not last.startswith("0x"), url
        else:
            assert address.is_global, url
