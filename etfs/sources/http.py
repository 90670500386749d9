"""HTTP for network sources: only their own hosts, their request rate, bounded in time and size, no key in a message."""

import time
import zlib
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError as WireError
from urllib3.exceptions import MaxRetryError, NewConnectionError
from urllib3.exceptions import TimeoutError as WireTimeout
from urllib3.util import Retry

from etfs.sources.base import NetworkSource, SourceProblem
from etfs.sources.limits import LONGEST_WAIT, turn_wait

MAX_BYTES = 50 * 1024 * 1024  # unpacked; the largest composition known has some 12,000 lines, about 4 MB
CHUNK = 64 * 1024
REDIRECTS = 5
AGAIN = (429, 500, 502, 503, 504)
RETRY_AFTER_CAP = 30.0  # seconds: a source that wants more is asked again by the next collection, not waited for
USER_AGENT = "quantsite (self-hosted ETF research)"
_PACKED = {"gzip": zlib.MAX_WBITS | 32, "x-gzip": zlib.MAX_WBITS | 32, "deflate": zlib.MAX_WBITS | 32}


class StatusProblem(SourceProblem):
    """An answer with another ``status`` than 200, where sources care which: 404 may only mean to ask elsewhere."""

    def __init__(self, message: str, error_type: str, status: int) -> None:
        super().__init__(message, error_type)
        self.status = status


class _Budget:
    """One request with all its further tries: a turn of the source's rate for each, and one end for all."""

    def __init__(self, name: str, rate: float, seconds: float) -> None:
        self.name, self.rate, self.seconds = name, rate, seconds
        self.end = 0.0
        self.turn()

    def turn(self) -> None:
        """Wait for the rate. The clock starts after the first wait, which is our doing and not the source's."""
        turn_wait(self.name, self.rate, self.left if self.end else LONGEST_WAIT)
        self.end = self.end or time.monotonic() + self.seconds

    @property
    def left(self) -> float:
        return self.end - time.monotonic()

    def check(self) -> None:
        if self.end and self.left <= 0:
            raise SourceProblem(f"{self.name}: no whole answer within {self.seconds:g} s", "timeout")


class _Retry(Retry):
    """urllib3's further tries, each of which also waits for the source's rate and ends with the budget."""

    budget: _Budget
    retry_cap: float

    def new(self, **kw: Any) -> Self:
        made = super().new(**kw)
        made.budget, made.retry_cap = self.budget, self.retry_cap
        return made

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            wanted = super().get_retry_after(response)
        except WireError:  # neither seconds nor a date: as if the source had not said anything
            return None
        return None if wanted is None else min(wanted, self.retry_cap)

    def increment(self, *args: Any, **kw: Any) -> Self:
        response = kw.get("response")
        if response is not None:
            response.close()  # else its body is read to the end first, however slowly it comes
        return super().increment(*args, **kw)

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        super().sleep(response)
        self.budget.check()
        self.budget.turn()


class Client:
    """GET and POST on the hosts that ``source`` declares (``etfs.sources.base.Http``). Not shared between threads.

    ``base_url`` (tests): scheme and host that stand in for all declared hosts. ``timeout``: seconds for a connection
    and between two pieces of an answer; ``deadline``: seconds for everything, further tries included.
    """

    def __init__(
        self,
        source: NetworkSource | type[NetworkSource],
        *,
        base_url: str = "",
        timeout: float | None = None,
        deadline: float | None = None,
        retries: int | None = None,
        backoff: float | None = None,
        rate_limit: float | None = None,
        max_bytes: int = MAX_BYTES,
        retry_after_cap: float = RETRY_AFTER_CAP,
    ) -> None:
        self.name, self.hosts = source.name, source.hosts
        self.instead = urlsplit(base_url) if base_url else None
        self.timeout = source.timeout if timeout is None else timeout
        self.retries = source.retries if retries is None else retries
        self.backoff = source.backoff if backoff is None else backoff
        self.rate = source.rate_limit if rate_limit is None else rate_limit
        self.deadline = deadline or (self.retries + 1) * (self.timeout + 10)
        self.max_bytes, self.retry_after_cap = max_bytes, retry_after_cap

    def get(self, url: str, params: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """The unpacked bytes of an answer with status 200. SourceProblem with its error type otherwise."""
        return self._ask("GET", url, headers, params=params)

    def post(self, url: str, json: Any, headers: Mapping[str, str] | None = None) -> bytes:
        """As ``get``. Tried again like it: sources use POST for queries and tokens, which may be repeated."""
        return self._ask("POST", url, headers, json=json)

    def _ask(self, method: str, url: str, headers: Mapping[str, str] | None, **more: Any) -> bytes:
        budget = _Budget(self.name, self.rate, self.deadline)
        with self._session(budget) as session:
            for _ in range(REDIRECTS + 1):
                with self._send(session, method, self._own(url), headers, more) as answer:
                    if not answer.is_redirect or method == "POST":
                        return self._body(answer, budget)
                    url, more = self._redirected(url, answer), {}
                budget.turn()
        raise SourceProblem(f"{self._where(url)}: more than {REDIRECTS} redirects", "http")

    def _session(self, budget: _Budget) -> requests.Session:
        session = requests.Session()
        session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"})
        session.auth = lambda request: request  # else a .netrc file of the machine may replace the source's own headers
        session.trust_env = self.instead is None
        retry = _Retry(
            total=self.retries,
            backoff_factor=self.backoff,
            status_forcelist=AGAIN,
            allowed_methods=("GET", "POST"),
            raise_on_status=False,
        )
        retry.budget, retry.retry_cap = budget, self.retry_after_cap
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session

    def _send(
        self, session: requests.Session, method: str, url: str, headers: Mapping[str, str] | None, more: dict[str, Any]
    ) -> requests.Response:
        timeout = (self.timeout, self.timeout)
        try:
            return session.request(
                method, url, headers=headers, timeout=timeout, stream=True, allow_redirects=False, **more
            )
        except requests.Timeout:
            raise self._late(url) from None  # `from None`: the cause would show the address with its parameters
        except requests.RequestException as error:
            failed = error.args[0] if error.args else None
            reason = failed.reason if isinstance(failed, MaxRetryError) else None
            # urllib3 counts a refused connection among the timeouts.
            if isinstance(reason, WireTimeout) and not isinstance(reason, NewConnectionError):
                raise self._late(url) from None
            raise SourceProblem(f"{self._where(url)}: no connection ({type(error).__name__})", "connection") from None

    def _body(self, answer: requests.Response, budget: _Budget) -> bytes:
        where, status = self._where(answer.url), answer.status_code
        if status in (401, 403):
            raise SourceProblem(f"{where}: HTTP {status}, no access with this key or none without one", "auth")
        if status == 429:
            raise SourceProblem(f"{where}: HTTP 429, too many requests, also after {self.retries} more", "rate_limit")
        if status not in (200, 204):
            raise StatusProblem(f"{where}: HTTP {status}", "http", status)
        try:
            content = b"".join(self._pieces(answer, budget, where))
        except WireTimeout:
            raise self._late(answer.url) from None
        except (WireError, OSError) as error:
            raise SourceProblem(f"{where}: broken off ({type(error).__name__})", "connection") from None
        if not content.strip():
            raise SourceProblem(f"{where}: an empty answer (HTTP {status})", "empty")
        return content

    def _pieces(self, answer: requests.Response, budget: _Budget, where: str) -> list[bytes]:
        """Read as it comes and unpacked here: so that size and end also hold for what is packed, and a cut is seen."""
        encoding = answer.headers.get("Content-Encoding", "identity").strip().lower() or "identity"
        if encoding != "identity" and encoding not in _PACKED:
            raise SourceProblem(f"{where}: packed as {encoding[:20]!r}, which was not asked for", "http")
        unpack = None if encoding == "identity" else zlib.decompressobj(_PACKED[encoding])
        pieces: list[bytes] = []
        room = self.max_bytes
        while wire := answer.raw.read1(CHUNK, decode_content=False):
            budget.check()
            try:
                piece = unpack.decompress(wire, room + 1) if unpack else wire
            except zlib.error:
                raise SourceProblem(f"{where}: cannot be unpacked ({encoding})", "connection") from None
            room -= len(piece)
            if room < 0:
                raise SourceProblem(f"{where}: more than {self.max_bytes:,} bytes", "http")
            pieces.append(piece)
        if unpack and pieces and not unpack.eof:
            raise SourceProblem(f"{where}: broken off (packed bytes end too early)", "connection")
        return pieces

    def _redirected(self, url: str, answer: requests.Response) -> str:
        target = urljoin(url, answer.headers["Location"])
        if self.instead is not None and urlsplit(target).netloc == self.instead.netloc:
            parts = urlsplit(url)
            target = urlunsplit(urlsplit(target)._replace(scheme=parts.scheme, netloc=parts.netloc))
        self._own(target)
        return target

    def _own(self, url: str) -> str:
        """The address to ask in place of ``url``; SourceProblem unless it is HTTPS on a declared host (exactly as
        declared, with its port): a redirect or a link in an answer must not lead anywhere else."""
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.netloc not in self.hosts:
            raise SourceProblem(f"{self._where(url)}: not an address of {self.name}", "http")
        return url if self.instead is None else urlunsplit(_on(parts, self.instead))

    def _late(self, url: str) -> SourceProblem:
        return SourceProblem(f"{self._where(url)}: no answer within {self.timeout:g} s", "timeout")

    def _where(self, url: str) -> str:
        """Host and path; never the parameters or a password, where keys may be."""
        parts = urlsplit(url)
        return f"{self.name}: {parts.hostname or ''}{parts.path}"[:200]


def _on(parts: SplitResult, other: SplitResult) -> SplitResult:
    return parts._replace(scheme=other.scheme, netloc=other.netloc)
