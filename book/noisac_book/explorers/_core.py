"""What the explorers have in common: controls, a picture for each of their positions, and two forms.

The live form redraws at each move of a control and needs a kernel. The form with frames holds pictures that were
drawn beforehand, and the browser follows the controls, so that a page needs no kernel.
"""

from __future__ import annotations

import base64
import gc
import io
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, SupportsFloat, TypeAlias

from matplotlib.figure import Figure

from noisac import _style
from noisac_book.explorers._svg import Glyphs, inline_svg

try:
    import ipywidgets
except ImportError as error:
    raise ImportError(
        "noisac_book.explorers needs ipywidgets, which comes with the extra `book`: pip install noisac[book]"
    ) from error

Value: TypeAlias = float | str

#: Size of an explorer's figure in inches: its text of 11 points can be read on a phone, which is 360 points wide.
WIDTH, HEIGHT = 5.0, 3.4
#: Legends that stand outside the axes.
LEGEND: dict[str, Any] = {"fontsize": 9.5, "frameon": False, "borderaxespad": 0.0}
_TEXT = "line-height:1.4;margin:0.3em 0 0.6em;max-width:42em"
_MIME = "application/vnd.jupyter.widget-view+json"


def new_figure(height: float = HEIGHT) -> Figure:
    """Make an empty figure of the explorers' width, without a layout engine, which would cost the most."""
    return Figure(figsize=(WIDTH, height), dpi=160)


@dataclass(frozen=True)
class Control:
    """One knob of an explorer.

    Parameters
    ----------
    name : str
        Keyword of `Explorer.draw`.
    label : str
        What stands beside the knob.
    values : tuple
        The grid that it steps over: all numbers, or all strings.
    start : number or str
        Where it stands at first, one of the values.
    unit : str
        Of numbers: "dB", "m", "°" and so on, or "1" for plain numbers. Strings have none.

    Raises
    ------
    ValueError
        For an empty grid, a value that comes twice, a start off the grid, or a unit missing or too many.

    Examples
    --------
    >>> Control("snr_db", "SNR", (-10, 0, 10), start=0, unit="dB").text(10)
    '10 dB'
    """

    name: str
    label: str
    values: tuple[Value, ...]
    start: Value
    unit: str = ""

    def __post_init__(self) -> None:
        if not self.values or len(set(self.values)) != len(self.values):
            raise ValueError(f"values of {self.name} must be one or more, all different, got {self.values!r}")
        if self.choices != all(isinstance(value, str) for value in self.values):
            raise ValueError(f"values of {self.name} must be all numbers or all strings, got {self.values!r}")
        if self.choices == bool(self.unit):
            raise ValueError(f'{self.name} must have a unit ("1" for plain numbers) unless its values are strings')
        self.index(self.start)

    @property
    def choices(self) -> bool:
        """Whether the values are strings."""
        return any(isinstance(value, str) for value in self.values)

    def index(self, value: object) -> int:
        """Place of a value in the grid, up to rounding of numbers."""
        for place, own in enumerate(self.values):
            if isinstance(own, str) or isinstance(value, str):
                same = own == value
            elif isinstance(value, SupportsFloat) and not isinstance(value, bool):
                same = math.isclose(own, float(value), rel_tol=1e-9, abs_tol=1e-12)
            else:
                same = False
            if same:
                return place
        raise ValueError(
            f"{self.name} must be one of {', '.join(map(repr, self.values))}"
            f"{'' if self.unit in ('', '1') else f' ({self.unit})'}, got {value!r}"
        )

    def text(self, value: Value) -> str:
        """A value with its unit, as it stands beside the knob."""
        if isinstance(value, str):
            return value
        number = f"{value:g}".replace("-", "\N{MINUS SIGN}")
        return number + {"1": "", "°": "°"}.get(self.unit, f" {self.unit}")

    def selector(self) -> Any:
        """Widget for the knob: a slider for numbers, a list to choose from for strings."""
        kind = ipywidgets.Dropdown if self.choices else ipywidgets.SelectionSlider
        return kind(
            options=[(self.text(value), place) for place, value in enumerate(self.values)],
            index=self.index(self.start),
            description=self.label,
            style={"description_width": "9.5em"},
            layout={"width": "auto", "max_width": "42em"},
        )


@dataclass(frozen=True)
class Explorer:
    """A picture that depends on a few controls, for a page and for JupyterLab.

    Parameters
    ----------
    name : str
        Short, unique; begins the ids in the page.
    title : str
    controls : tuple of Control
    draw : callable
        Takes a value for each control by its name, returns the figure.
    describe : callable
        Takes the same, returns one or two sentences that say what the figure shows, with its numbers. They
        stand below the picture and are its alternative text.
    prerendered : dict
        One or two names of controls to those of their values that have frames in a page, the start among them.

    Raises
    ------
    ValueError
        For controls of the same name, or frames of a control or at a value that there is not.

    Examples
    --------
    >>> from noisac_book.explorers import geometry
    >>> explorer = geometry()
    >>> [control.text(control.start) for control in explorer.controls]
    ['60°', '10 m', '0 m', '4']
    >>> figure = explorer.figure(azimuth=-30, side=8)
    """

    name: str
    title: str
    controls: tuple[Control, ...]
    draw: Callable[..., Figure] = field(repr=False)
    describe: Callable[..., str] = field(repr=False)
    prerendered: Mapping[str, tuple[Value, ...]] = field(repr=False)

    def __post_init__(self) -> None:
        names = [control.name for control in self.controls]
        if len(set(names)) != len(names):
            raise ValueError(f"controls must have different names, got {names}")
        if len(self.prerendered) not in (1, 2):
            raise ValueError(f"prerendered must name one control or two, got {list(self.prerendered)}")
        self._moving()

    def values(self, **values: Value) -> dict[str, Value]:
        """Return a value for each control: those given, checked, and the start of the others."""
        controls = {control.name: control for control in self.controls}
        for name in values:
            if name not in controls:
                raise ValueError(f"{name!r} is no control of the explorer; it has {', '.join(controls)}")
        return {
            name: control.values[control.index(values.get(name, control.start))]
            for name, control in controls.items()
        }

    def figure(self, **values: Value) -> Figure:
        """Draw the figure for some values of the controls; those not given stand at their start."""
        checked = self.values(**values)
        with _style.house_style():
            return self.draw(**checked)

    def sentence(self, **values: Value) -> str:
        """Say what the figure shows, for the same arguments as `figure`."""
        return self.describe(**self.values(**values))

    def html(self, key: str, glyphs: Glyphs | None = None, /, **values: Value) -> str:
        """Picture and sentence as HTML, for the same arguments as `figure`."""
        prefix = f"{self.name}-{key}-"
        picture = inline_svg(self.figure(**values), prefix, f"{prefix}says", glyphs)
        return f'{picture}<p id="{prefix}says" style="{_TEXT}">{escape(self.sentence(**values), quote=False)}</p>'

    def live(self) -> Any:
        """Form for JupyterLab: every move of a control redraws the picture."""
        selectors = [control.selector() for control in self.controls]
        picture = ipywidgets.HTML(layout={"width": "auto"})
        shown: list[dict[str, Value]] = []

        def redraw(_change: object = None) -> None:
            values = {
                control.name: control.values[selector.index]
                for control, selector in zip(self.controls, selectors, strict=True)
            }
            if [values] != shown:
                with _garbage_later():
                    picture.value = self.html("live", **values)
                shown[:] = [values]

        for selector in selectors:
            selector.observe(redraw, names="index")
        redraw()
        return _Form([*selectors, picture], f"{self.title}: live form, for JupyterLab")

    def frames(self) -> Any:
        """Form that works without a kernel: all its pictures are drawn now, and the controls choose among them.

        Where no widgets are shown, in print and on pages that only list a notebook, its first picture stands.
        """
        moving = self._moving()
        layout, style = ipywidgets.Layout(width="auto"), ipywidgets.HTML().style  # one for all: they take space
        pages: list[Any] = []
        glyphs = Glyphs(f"{self.name}-glyph-")
        for number, combination in enumerate(itertools.product(*(control.values for control in moving))):
            values = dict(zip((control.name for control in moving), combination, strict=True))
            pages.append(ipywidgets.HTML(self.html(str(number), glyphs, **values), layout=layout, style=style))
        selectors = [control.selector() for control in moving]
        links = []
        for control, selector in reversed(list(zip(moving, selectors, strict=True))):
            size, start = len(control.values), control.index(control.start)
            stacks = [
                ipywidgets.Stack(pages[first : first + size], selected_index=start, layout=layout)
                for first in range(0, len(pages), size)
            ]
            links += [ipywidgets.jslink((selector, "index"), (stack, "selected_index")) for stack in stacks]
            pages = stacks
        notes = ipywidgets.HTML(self._standing() + glyphs.svg(), layout=layout, style=style)
        form = _Form([*selectors, *pages, notes], self.title, self._png())
        form.links = links
        return form

    def _standing(self) -> str:
        """What the frames hold fixed, as a line below them."""
        fixed = [control for control in self.controls if control.name not in self.prerendered]
        if not fixed:
            return ""
        text = ", ".join(f"{control.label} {control.text(control.start)}" for control in fixed)
        return f'<p style="{_TEXT}">Held fixed here: {escape(text, quote=False)}.</p>'

    def _png(self) -> bytes:
        buffer = io.BytesIO()
        self.figure().savefig(buffer, format="png", metadata={"Software": None})
        return buffer.getvalue()

    def _moving(self) -> list[Control]:
        """Controls that have frames, with the values that have them."""
        controls = {control.name: control for control in self.controls}
        moving = []
        for name, values in self.prerendered.items():
            if name not in controls:
                raise ValueError(f"prerendered must name controls, got {name!r}; there are {', '.join(controls)}")
            own = controls[name]
            moving.append(replace(own, values=tuple(own.values[own.index(value)] for value in values)))
        return moving


@contextmanager
def _garbage_later() -> Iterator[None]:
    """Postpone garbage collection until the answer is out: it takes as long as drawing a figure."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Form(ipywidgets.VBox):  # type: ignore[misc]
    """Widgets in a column, with a substitute where widgets are not shown."""

    def __init__(self, children: list[Any], title: str, picture: bytes = b"") -> None:
        super().__init__(children, layout={"width": "auto"})
        self.title, self.picture = title, picture
        self.links: list[Any] = []

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_()
        bundle = {_MIME: bundle[_MIME], "text/plain": self.title}
        if self.picture:
            bundle["image/png"] = base64.b64encode(self.picture).decode("ascii")
        return bundle
