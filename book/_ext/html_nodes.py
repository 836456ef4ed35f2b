"""Simple HTML, as cells output it, turned into nodes of docutils: paragraphs, lists, tables, emphasis."""

from __future__ import annotations

from html.parser import HTMLParser

from docutils import nodes

BLOCKS = {
    "p": nodes.paragraph,
    "dl": nodes.definition_list,
    "ul": nodes.bullet_list,
    "table": nodes.table,
    "tr": nodes.row,
}
WORDS = {
    "strong": nodes.strong,
    "b": nodes.strong,
    "em": nodes.emphasis,
    "i": nodes.emphasis,
    "code": nodes.literal,
}
ITEMS = {"li": nodes.list_item, "dd": nodes.definition, "th": nodes.entry, "td": nodes.entry}


def read_html(text: str) -> list[nodes.Node]:
    """Return the nodes of simple HTML: paragraphs, lists of definitions, tables, emphasis."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root.children


class _Reader(HTMLParser):
    """Builds nodes as tags open and close; tags that it does not know leave their contents."""

    def __init__(self) -> None:
        super().__init__()
        self.root = nodes.container()
        self.open: list[tuple[str, nodes.Element]] = [("", self.root)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._enter(tag, BLOCKS[tag]())
        elif tag in WORDS:
            self._enter(tag, WORDS[tag]())
        elif tag == "dt":
            item = nodes.definition_list_item()
            self.open[-1][1].append(item)
            term = nodes.term()
            item.append(term)
            self.open.append((tag, term))
        elif tag in ITEMS:
            parent = self.open[-1][1]
            if tag == "dd":  # belongs to the term before it
                parent = parent.children[-1]
            item, content = ITEMS[tag](), nodes.paragraph()
            item.append(content)
            parent.append(item)
            self.open.append((tag, nodes.strong() if tag == "th" else content))
            if tag == "th":
                content.append(self.open[-1][1])

    def handle_endtag(self, tag: str) -> None:
        if tag in (name for name, _ in self.open):
            while self.open[-1][0] != tag:
                self.open.pop()
            _, node = self.open.pop()
            if isinstance(node, nodes.table):
                _complete(node)

    def handle_data(self, data: str) -> None:
        node = self.open[-1][1]
        inline = isinstance(node, nodes.TextElement)
        if inline and data:
            node.append(nodes.Text(data))
        elif data.strip():
            node.append(nodes.paragraph("", data))

    def _enter(self, tag: str, node: nodes.Element) -> None:
        parent = self.open[-1][1]
        if isinstance(node, nodes.Inline) and not isinstance(parent, nodes.TextElement):
            paragraph = nodes.paragraph()
            parent.append(paragraph)
            parent = paragraph
        parent.append(node)
        self.open.append((tag, node))


def _complete(table: nodes.table) -> None:
    """Put a table's rows where docutils wants them; the first row is its head."""
    rows = table.children
    columns = max(len(row.children) for row in rows)
    table.clear()
    group = nodes.tgroup(cols=columns)
    group.extend(nodes.colspec(colwidth=1) for _ in range(columns))
    group += nodes.thead("", rows[0])
    group += nodes.tbody("", *rows[1:])
    table += group
