"""A page in the browser: what happened while it loaded, and what can be found fault with in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page

#: Milliseconds to wait for what will come, on however busy a machine.
PATIENCE = 1_800_000

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}

#: The first page leads to the introduction.
ARRIVED = "() => document.readyState == 'complete' && !document.querySelector('meta[http-equiv=refresh i]')"
#: Equations are typeset, letters are there, widgets are drawn.
SETTLED = """async () => {
    if (window.MathJax?.startup?.promise) {
        await MathJax.startup.promise;
        window.noisacTypeset ??= performance.now();
    }
    await document.fonts.ready;
    const count = selector => document.querySelectorAll(selector).length;
    const views = 'script[type="application/vnd.jupyter.widget-view+json"]';
    const waiting = () => count(views) > count('.widget-subarea, .jupyter-widgets');
    for (let i = 0; i < 36000 && waiting(); i++) await new Promise(done => setTimeout(done, 50));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


#: Half-way through a transition, text has neither the one colour nor the other.
CALM = """async () => {
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    for (const transition of document.getAnimations()) transition.finish();
    await new Promise(done => requestAnimationFrame(done));
}"""


def new_context(browser: Browser, viewport: dict[str, int] | None = None) -> BrowserContext:
    """A browser that has been nowhere."""
    context = browser.new_context(viewport=viewport or DESK, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    return context


class Visit:
    """A page, in a context of its own or one that others have too, and a record of what went wrong in it."""

    def __init__(self, where: Browser | BrowserContext, url: str, viewport: dict[str, int] | None = None) -> None:
        self.url = url
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.shared = isinstance(where, BrowserContext)
        self.context: BrowserContext = where if self.shared else new_context(where, viewport)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self._fault(message.type == "error", "console", message.text))
        self.page.on("pageerror", lambda error: self._fault(True, "script", str(error)))
        self.page.on("requestfailed", lambda request: self._fault(True, "request failed", request.url))
        self.page.on("response", lambda got: self._fault(got.status >= 400, f"status {got.status}", got.url))
        self.page.on("request", lambda request: self._requested(request.url))
        # Should a page ask another host, its answer shall not decide the test.
        self.page.route(lambda address: not self.own(address), lambda route: route.abort())

    def open(self) -> Visit:
        """Load the page and wait until nothing more comes."""
        self.page.goto(self.url, wait_until="load")
        self.page.wait_for_function(ARRIVED)
        self.page.evaluate(SETTLED)
        return self

    def close(self) -> None:
        (self.page if self.shared else self.context).close()

    def own(self, address: str) -> bool:
        """Whether an address is of the page's own host, or of no host."""
        there, here = urlsplit(address), urlsplit(self.url)
        return there.scheme in {"data", "blob", "about"} or (there.scheme, there.netloc) == (
            here.scheme,
            here.netloc,
        )

    def _requested(self, address: str) -> None:
        self.requests.append(address)
        self._fault(not self.own(address), "request to another host", address)

    def _fault(self, really: bool, kind: str, text: str) -> None:
        if really:
            self.faults.append(f"{kind}: {text}")


def equations(page: Page) -> tuple[int, list[str]]:
    """How many equations a page has, and what is wrong with the typesetting of some."""
    found = page.evaluate(
        r"""() => {
            const sources = [...document.querySelectorAll('.math')].filter(e => !e.parentElement.closest('.math'));
            const faults = sources.filter(e => e.querySelectorAll('mjx-container').length != 1)
                .map(e => 'not typeset: ' + e.textContent.slice(0, 80));
            const count = document.querySelectorAll('mjx-container').length;
            const others = [...document.querySelectorAll('mjx-container')].filter(e => !e.closest('.math')).length;
            if (count - others != sources.length)
                faults.push(`${sources.length} sources, ${count - others} equations`);
            for (const e of document.querySelectorAll('[data-mml-node="merror"], mjx-merror, [data-mjx-error]'))
                faults.push('TeX error: ' + (e.getAttribute('data-mjx-error') || e.textContent));
            return [count, faults];
        }"""
    )
    count, faults = found
    raw = [
        f"raw TeX: {text}"
        for text in texts(page, r"\\\(|\\\)|\\\[|\\\]|\$\$|\\begin\{|\\(?:mathbf|frac|hat|left)\b")
    ]
    return count, faults + raw


def unresolved(page: Page) -> list[str]:
    """References that the build left as they were written."""
    faults = texts(page, r"\?\?|\[\?\]|\{(?:eq|ref|numref|doc|cite\S*|py:\w+|prf:ref|term|glue\S*)\}|:eq:`")
    shown = page.locator(".problematic, .system-message").all_inner_texts()
    return [f"unresolved: {text}" for text in faults + shown]


def texts(page: Page, pattern: str) -> list[str]:
    """Pieces of running text that match a pattern; code is no running text."""
    return page.evaluate(
        r"""pattern => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walker.nextNode()) {
                const node = walker.currentNode;
                if (new RegExp(pattern).test(node.data)
                    && !node.parentElement.closest('script, style, pre, code, textarea, mjx-container'))
                    found.push(node.data.trim().slice(0, 120));
            }
            return found;
        }""",
        pattern,
    )


def sideways(page: Page) -> list[str]:
    """What sticks out of the page, or out of its column without a bar to scroll it by."""
    return page.evaluate(
        r"""() => {
            const name = e => {
                const id = e.id ? '#' + e.id : '';
                const text = e.textContent.trim().slice(0, 60);
                return `${e.tagName.toLowerCase()}${id} ${e.getAttribute('class')} ${text}`;
            };
            const faults = [];
            const root = document.scrollingElement;
            if (root.scrollWidth > window.innerWidth)
                faults.push(`the page is ${root.scrollWidth} wide in a window of ${window.innerWidth}`);
            const scrolls = e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX);
            const column = document.querySelector('article')?.getBoundingClientRect().right ?? window.innerWidth;
            const wide = 'article :is(mjx-container, table, pre, img, svg, div.math)';
            for (const e of document.querySelectorAll(wide)) {
                const box = e.getBoundingClientRect();
                if (!box.width || e.parentElement.closest('mjx-container, svg')) continue;
                const overflows = e.matches('pre, div.math') && e.clientWidth && e.scrollWidth > e.clientWidth + 1;
                const out = overflows || box.right > column + 1;
                let holder = e;
                while (holder && !holder.matches('article') && !scrolls(holder)) holder = holder.parentElement;
                if (out && (!holder || holder.matches('article'))) faults.push('sticks out: ' + name(e));
            }
            return faults;
        }"""
    )


def violations(page: Page, axe: Path, rules: Sequence[str] = (), without: Sequence[str] = ()) -> list[str]:
    """Serious and critical violations that axe-core finds, by all of its rules or some."""
    if not page.evaluate("() => 'axe' in window"):
        page.add_script_tag(path=axe)
    options: dict[str, object] = {
        "resultTypes": ["violations"],
        "rules": {rule: {"enabled": False} for rule in without},
    }
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = page.evaluate("options => axe.run(document, options).then(results => results.violations)", options)
    return [
        f"{fault['id']} ({fault['impact']}): {fault['help']}: {node['html'][:160]} at {node['target']}"
        f" {' '.join(check['message'] for check in node['any'][:1])}"
        for fault in found
        if fault["impact"] in {"serious", "critical"}
        for node in fault["nodes"]
    ]


class Performance(NamedTuple):
    """How much a page fetched and how long it took, by the browser's own account."""

    bytes: int
    requests: int
    first_paint: float  # ms after the address was entered, as the next
    typeset: float


def performance(page: Page) -> Performance:
    """Read what the browser recorded while a page came in."""
    return Performance(
        *page.evaluate(
            """async () => {
                const name = 'first-contentful-paint';
                const paint = performance.getEntriesByName(name)[0] || await new Promise(done => {
                    new PerformanceObserver(list => list.getEntriesByName(name).forEach(done))
                        .observe({ type: 'paint', buffered: true });
                    setTimeout(() => done({ startTime: NaN }), 2000);
                });
                const entries = ['navigation', 'resource'].flatMap(type => performance.getEntriesByType(type));
                const bytes = entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
                return [bytes, entries.length, paint.startTime, window.noisacTypeset ?? NaN];
            }"""
        )
    )


def open_all(page: Page) -> None:
    """Open whatever the page hides: solutions, outputs, proofs."""
    page.evaluate(
        """() => {
            document.querySelectorAll('article .toggle-hidden button.toggle-button').forEach(e => e.click());
            document.querySelectorAll('article details').forEach(e => { e.open = true; });
        }"""
    )
    page.evaluate(CALM)


def set_theme(page: Page, theme: str) -> None:
    """Choose the light or the dark form, as the theme's button does."""
    page.evaluate(
        "theme => { for (const name of ['theme', 'mode']) document.documentElement.dataset[name] = theme; }",
        theme,
    )
    page.evaluate(CALM)
