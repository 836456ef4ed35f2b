// What the theme and the widgets leave out: names for those who hear the page, bars for equations on a phone, and
// buttons that do what they say.

document.addEventListener("DOMContentLoaded", () => {
    // The theme names these "Search", "Color mode" and "Toggle hidden content", which their visible text is not.
    for (const button of document.querySelectorAll(".search-button-field")) {
        button.setAttribute("aria-label", button.textContent.replace(/\s+/g, " ").trim());
    }
    for (const button of document.querySelectorAll(".theme-switch-button")) {
        button.setAttribute("aria-label", "Color mode: light, dark or system settings");
    }
    for (const summary of document.querySelectorAll("summary[aria-label]")) {
        summary.removeAttribute("aria-label");
    }
    // docutils makes a list of the references, but no items.
    for (const entry of document.querySelectorAll(".citation-list > .citation")) {
        entry.setAttribute("role", "listitem");
    }
    // The theme connects the first button that opens a sidebar, which it hides, and not the one that it shows
    // (issue 2451 of pydata-sphinx-theme).
    for (const sidebar of ["primary", "secondary"]) {
        const [connected, ...others] = document.querySelectorAll(`.${sidebar}-toggle`);
        for (const button of others) button.addEventListener("click", () => connected.click());
    }
    // On a phone the contents cover the page: they give way once something in them is chosen.
    for (const contents of document.querySelectorAll("dialog")) {
        contents.addEventListener("click", (event) => {
            const link = event.target.closest("a[href^='#']");
            if (!link) return;
            const section = document.getElementById(link.hash.slice(1));
            contents.addEventListener("close", () => section?.scrollIntoView(), { once: true });
            contents.close();
        });
    }
    // Names in tables may break, but after a dot, an underscore or an equals sign before anywhere else.
    for (const name of document.querySelectorAll(".bd-article table code .pre, .bd-article table code:not(:has(.pre))")) {
        const parts = name.textContent.split(/(?<=[._=])(?=.)/);
        name.replaceChildren(...parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part])));
    }
    nameSliders(document.body);
    window.MathJax?.startup?.promise.then(fit);
    new ResizeObserver(fit).observe(document.body);
});

// The widgets' manager calls MathJax by the names that it had in version 2, and stops where there are none.
document.addEventListener("readystatechange", () => {
    if (document.readyState !== "complete" || !window.MathJax) return;
    MathJax.Hub ??= {
        Queue: ([, , element]) => {
            MathJax.startup.promise = MathJax.startup.promise.then(() => MathJax.typesetPromise([element]));
        },
    };
});

// When the page changes its size, as it does when a solution is opened: an equation within a line that is wider
// than what holds it is marked, for the style sheet to give it a bar, and whatever has a bar can be reached by keys.
function fit() {
    for (const equation of document.querySelectorAll("span.math > mjx-container")) {
        equation.classList.remove("noisac-wide");
        const holder = equation.closest("p, li, dd, td, th, figcaption, div");
        const room = holder.getBoundingClientRect().right;
        equation.classList.toggle("noisac-wide", equation.getBoundingClientRect().right > room + 1);
    }
    for (const box of document.querySelectorAll("article :is(pre, div.math, .output, .pst-scrollable-table-container)")) {
        if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
    }
}

// A slider's handle gets the name of its control, and for its value the text beside it, which has the unit.
function nameSliders(root) {
    const name = () => {
        for (const control of root.querySelectorAll(".widget-slider")) {
            const label = control.querySelector(".widget-label")?.textContent;
            const value = control.querySelector(".widget-readout")?.textContent;
            for (const handle of control.querySelectorAll(".noUi-handle")) {
                if (label && handle.getAttribute("aria-label") !== label) handle.setAttribute("aria-label", label);
                if (value && handle.getAttribute("aria-valuetext") !== value) {
                    handle.setAttribute("aria-valuetext", value);
                }
            }
        }
    };
    const changes = { subtree: true, childList: true, characterData: true, attributeFilter: ["aria-valuetext"] };
    new MutationObserver(name).observe(root, changes);
}
