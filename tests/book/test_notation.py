"""The page of notation names each symbol once, and code that exists."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import noisac

PAGE = (Path(__file__).parents[2] / "book" / "notation.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("| Symbol")
]
ROLES = sorted(set(re.findall(r"\{py:(\w+)\}`([\w.]+)`", PAGE)))
PLAIN = sorted(set(re.findall(r"(?<!\})`([a-z]\w*(?:\.\w+)*)`", PAGE)))
#: What appears in the equations of the paper, and this book's own.
SYMBOLS = r"""
N; T_c; T; t; N_t; M; M_y; M_z; L; L_y; L_z; m_y(m); m_z(m); l_y(l); l_z(l); b; P_t; \sigma_z^2; \mathrm{SNR};
\lambda; d_\mathrm{user}; d_\mathrm{IRS}; \gamma^A_\mathrm{I2U}; \varphi^A_\mathrm{I2U}; \gamma^D_\mathrm{I2U};
\varphi^D_\mathrm{I2U}; \gamma^A_\mathrm{B2I}; \varphi^A_\mathrm{B2I}; \gamma^D_\mathrm{B2I}; u^A_\mathrm{I2U};
v^A_\mathrm{I2U}; x(t); \mathbf x; \mu_x; \sigma_x^2; \mathbf y(t); \mathbf y; \mathbf h_x(t); \mathbf z(t);
\mathbf w; \boldsymbol\xi; \boldsymbol\Theta; \vartheta_l; \mathcal F; \mathbf H_\mathrm{I2U};
\mathbf H_\mathrm{B2I};
\alpha_\mathrm{I2U}; \alpha_\mathrm{B2I}; \mathbf b_\mathrm U; \mathbf b_\mathrm I; \mathbf a_\mathrm B;
\boldsymbol\theta; \theta_i; \mathbf J; \mathbf J_P; \mathbf J_D; \mathbf J_D(t); \mathbf J_{D1}; \mathbf J_{D2};
\mathbf J_{D3}; p(\mathbf x); p(\mathbf y \mid \mathbf x); \boldsymbol\Sigma; \boldsymbol\beta_x;
\boldsymbol\beta_{\gamma,t}; \boldsymbol\beta_{\varphi,t}; \mathbf H_{\mathrm{I2U},\gamma};
\mathbf H_{\mathrm{I2U},\varphi}; \mathrm{CRLB}(x(t)); \mathrm{CRLB}(\gamma^A_\mathrm{I2U});
\mathrm{CRLB}(\varphi^A_\mathrm{I2U}); \mathrm{CRLB}_x; \mathrm{CRLB}_\mathrm{angle}; \mathrm{CRLB}_\mathrm{ISAC};
\zeta; \lg; \hat x(t); H(\cdot); I(t); I_\mathrm{NO-ISAC}; I_\mathrm{TD-ISAC}; V_{\boldsymbol\xi};
\mathbf J_{\boldsymbol\xi}; \mathbf P; \mathbf p_l; p_{l,s}; \Xi(\boldsymbol\xi; \mathbf P);
\Gamma(\vartheta_l, \mathcal F(s)); C; C_\mathrm{elite}; \boldsymbol\xi^c; c_q; \mathcal V; \kappa; i;
\boldsymbol\xi^\mathrm{opt}; g_l; s_0; s_y; s_z; \mathbf d = (d_y, d_z); \mathbf J_e; c; P; Q
"""
REQUIRED = [symbol.strip() for symbol in re.split(r";(?! \\mathbf P\))", SYMBOLS)]
NAMED = [symbol for row in ROWS for symbol in re.findall(r"\$([^$]+)\$", row[0])]


def exists(dotted):
    """Whether a dotted name is a module, its member, or an attribute of a class, fields included."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for part in parts[cut:]:
            if dataclasses.is_dataclass(found) and part in {field.name for field in dataclasses.fields(found)}:
                return True
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def parameters(name):
    return set(inspect.signature(pkgutil.resolve_name(name)).parameters)


def test_every_row_has_five_filled_cells():
    assert len(ROWS) > 70
    assert [row for row in ROWS if len(row) != 5 or not all(row)] == []


def test_every_symbol_is_named_once():
    repeated = {symbol for symbol in NAMED if NAMED.count(symbol) > 1}
    assert repeated == set()


def test_the_symbols_of_the_equations_are_named():
    assert len(REQUIRED) > 100
    assert sorted(set(REQUIRED) - set(NAMED)) == []


@pytest.mark.parametrize(("role", "name"), ROLES, ids=[name for _, name in ROLES])
def test_a_linked_name_is_public_and_of_its_kind(role, name):
    assert exists(name)
    top = name.split(".")[1]
    assert top in noisac.__all__
    depth = name.count(".")
    assert {"func": 1, "class": 1, "attr": 2, "meth": 2}[role] == depth
    owner = getattr(noisac, top)
    if role == "func":
        assert inspect.isfunction(owner)
    elif role == "class":
        assert inspect.isclass(owner)
    else:
        assert inspect.isfunction(getattr(owner, name.split(".")[2], None)) == (role == "meth")


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_name_exists_or_is_an_argument_of_a_public_function(name):
    if "." in name:
        assert exists(name)
    else:
        functions = [getattr(noisac, n) for n in noisac.__all__ if inspect.isfunction(getattr(noisac, n))]
        arguments = {p for function in functions for p in inspect.signature(function).parameters}
        errata = importlib.import_module("noisac_book.errata")
        arguments |= set(inspect.signature(errata.log_likelihood).parameters)
        assert name in arguments


def test_an_argument_belongs_to_the_function_that_it_is_said_to_belong_to():
    pairs = re.findall(r"`(\w+)` of (?:\{py:func\})?`(noisac[\w.]*)`", PAGE)
    assert len(pairs) > 10
    assert [pair for pair in pairs if pair[0] not in parameters(pair[1])] == []


def test_equations_are_those_of_the_paper():
    assert all(1 <= int(number) <= 73 for number in re.findall(r"\{eq\}`paper-(\d+)`", PAGE))


def test_a_name_that_does_not_exist_is_noticed():
    assert not exists("noisac.Scenario.snr_decibel")
    assert not exists("noisac.no_such_function")
    assert exists("noisac.Bounds.angle")
