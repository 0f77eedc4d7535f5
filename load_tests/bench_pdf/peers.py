"""The builders that are compared, one class each; libraries that only the bench uses are imported when chosen."""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from certificates.domain.content import CertificateContent
from certificates.pdf.fitting import POINTS
from certificates.pdf.fonts import Typeface
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.repertoire import jis_x_0208
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.sheet import PAPER
from certificates.pdf.writing import render
from load_tests.bench_pdf.sheets import DrawingList, drawing_list

WIDTH, HEIGHT = PAPER[0] * POINTS, PAPER[1] * POINTS
_NAME = "IPAmjMincho"


class Peer(Protocol):
    """One way to build a sheet; ``ready`` is what it is given, made before the clock runs.

    ``helpers``: whether other processes do part of the work.
    """

    helpers: bool

    def ready(self, content: CertificateContent) -> object: ...

    def build(self, ready: object) -> bytes: ...

    def close(self) -> None: ...


class _Content:
    """This project's writers lay out the content themselves."""

    helpers = False

    def ready(self, content: CertificateContent) -> object:
        return content

    def close(self) -> None:
        return None


class Quick(_Content):
    def __init__(self, face: Typeface) -> None:
        self._writer = QuickWriter(face)
        self._writer.prepare(jis_x_0208())

    def build(self, ready: object) -> bytes:
        assert isinstance(ready, CertificateContent)
        return self._writer.render([ready]).pdf


class QuickReadBack(Quick):
    """As the issuance server does: nothing leaves before a reader of its own has compared it with the typeface."""

    def __init__(self, face: Typeface) -> None:
        super().__init__(face)
        self._reader = OwnReader(face)

    def build(self, ready: object) -> bytes:
        pdf = super().build(ready)
        self._reader.read(pdf)
        return pdf


class Reference(_Content):
    def __init__(self, face: Typeface) -> None:
        self._face = face

    def build(self, ready: object) -> bytes:
        assert isinstance(ready, CertificateContent)
        return render([ready], self._face).pdf


class _Drawn:
    """The others get the finished layout."""

    helpers = False

    def __init__(self, face: Typeface) -> None:
        self._face = face

    def ready(self, content: CertificateContent) -> object:
        return drawing_list(content, self._face)

    def close(self) -> None:
        return None


class StockReportlab(_Drawn):
    """A canvas with the same font registered, as its manual says."""

    def __init__(self, face: Typeface) -> None:
        super().__init__(face)
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        pdfmetrics.registerFont(TTFont(_NAME, str(face.fonts[0].path)))

    def build(self, ready: object) -> bytes:
        assert isinstance(ready, DrawingList)
        return _by_reportlab(ready)


def _by_reportlab(sheet: DrawingList, *, strokes: bool = True, words: Sequence[int] | None = None) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    output = io.BytesIO()
    canvas = Canvas(output, pagesize=(WIDTH, HEIGHT))
    for stroke in sheet.strokes if strokes else ():
        canvas.setLineWidth(stroke.weight)
        canvas.line(stroke.x1, stroke.y1, stroke.x2, stroke.y2)
    for place in range(len(sheet.words)) if words is None else words:
        word = sheet.words[place]
        canvas.setFont(_NAME, word.size)
        canvas.drawString(word.x, word.y, word.text, charSpace=word.spacing)
    canvas.showPage()
    canvas.save()
    return output.getvalue()


class PypdfOverlay(StockReportlab):
    """The form as a template, the words drawn over it and merged."""

    def __init__(self, face: Typeface) -> None:
        super().__init__(face)
        self._template: bytes | None = None

    def build(self, ready: object) -> bytes:
        from pypdf import PdfReader, PdfWriter

        assert isinstance(ready, DrawingList)
        if self._template is None:
            self._template = _by_reportlab(ready, words=())
        overlay = PdfReader(io.BytesIO(_by_reportlab(ready, strokes=False))).pages[0]
        writer = PdfWriter(clone_from=io.BytesIO(self._template))
        writer.pages[0].merge_page(overlay)
        output = io.BytesIO()
        writer.write(output)
        return output.getvalue()


class Fpdf2(_Drawn):
    def build(self, ready: object) -> bytes:
        from fpdf import FPDF

        assert isinstance(ready, DrawingList)
        document = FPDF(unit="pt", format=(WIDTH, HEIGHT))
        document.add_page()
        document.add_font(_NAME, fname=str(self._face.fonts[0].path))
        for stroke in ready.strokes:
            document.set_line_width(stroke.weight)
            document.line(stroke.x1, HEIGHT - stroke.y1, stroke.x2, HEIGHT - stroke.y2)
        for word in ready.words:
            document.set_font(_NAME, size=word.size)
            document.set_char_spacing(word.spacing)
            document.text(word.x, HEIGHT - word.y, word.text)
        return bytes(document.output())


class Typst(_Drawn):
    def __init__(self, face: Typeface) -> None:
        super().__init__(face)
        import typst

        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=[str(face.fonts[0].path.parent)],
        )
        self._compiler = typst.Compiler(font_paths=fonts)

    def build(self, ready: object) -> bytes:
        assert isinstance(ready, DrawingList)
        head = (
            f'#set page(width: {WIDTH:.3f}pt, height: {HEIGHT:.3f}pt, margin: 0pt)\n#set text(font: "IPAmjMincho", '
            'lang: "ja", top-edge: "baseline", bottom-edge: "baseline")\n'
        )
        source = [head]
        source += [
            f"#place(line(start: ({stroke.x1:.2f}pt, {HEIGHT - stroke.y1:.2f}pt), "
            f"end: ({stroke.x2:.2f}pt, {HEIGHT - stroke.y2:.2f}pt), stroke: {stroke.weight}pt))\n"
            for stroke in ready.strokes
        ]
        source += [
            f"#place(dx: {word.x:.2f}pt, dy: {HEIGHT - word.y:.2f}pt, "
            f'text(size: {word.size}pt, tracking: {word.spacing:.3f}pt, "{word.text}"))\n'
            for word in ready.words
        ]
        pdf = self._compiler.compile(input="".join(source).encode(), format="pdf")
        assert isinstance(pdf, bytes)
        return pdf


def _page(sheet: DrawingList, face: Typeface) -> str:
    """The sheet as HTML, absolutely placed."""
    style = (
        f"<style>@font-face{{font-family:M;src:url(file://{face.fonts[0].path})}}@page{{size:{WIDTH:.3f}pt {HEIGHT:.3f}pt;"
        "margin:0}body{margin:0;font-family:M}div{position:absolute;white-space:pre;line-height:1}</style>"
    )
    parts = [style]
    for stroke in sheet.strokes:
        wide, high = max(stroke.x2 - stroke.x1, stroke.weight), max(stroke.y1 - stroke.y2, stroke.weight)
        parts.append(
            f'<div style="left:{stroke.x1:.2f}pt;top:{HEIGHT - stroke.y1:.2f}pt;width:{wide:.2f}pt;'
            f'height:{high:.2f}pt;background:#000"></div>'
        )
    parts += [
        f'<div style="left:{word.x:.2f}pt;top:{HEIGHT - word.y - 0.88 * word.size:.2f}pt;font-size:{word.size}pt;'
        f'letter-spacing:{word.spacing:.3f}pt">{html.escape(word.text)}</div>'
        for word in sheet.words
    ]
    return "".join(parts)


class WeasyPrint(_Drawn):
    def __init__(self, face: Typeface) -> None:
        super().__init__(face)
        from weasyprint.text.fonts import FontConfiguration

        self._fonts = FontConfiguration()

    def build(self, ready: object) -> bytes:
        from weasyprint import HTML

        assert isinstance(ready, DrawingList)
        pdf: bytes = HTML(string=_page(ready, self._face)).write_pdf(font_config=self._fonts)
        return pdf


class Chromium(_Drawn):
    """A browser that is kept open, one page that is filled anew."""

    helpers = True

    def __init__(self, face: Typeface) -> None:
        super().__init__(face)
        import shutil

        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        self._browser = self._playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--allow-file-access-from-files"]
        )
        self._page = self._browser.new_page()
        self._page.goto(face.fonts[0].path.parent.as_uri())

    def build(self, ready: object) -> bytes:
        assert isinstance(ready, DrawingList)
        self._page.set_content(_page(ready, self._face))
        self._page.evaluate("document.fonts.ready")
        return self._page.pdf(prefer_css_page_size=True, print_background=True)

    def close(self) -> None:
        self._browser.close()
        self._playwright.stop()


PEERS: Mapping[str, Callable[[Typeface], Peer]] = {
    "quick writer": Quick,
    "quick writer, read back": QuickReadBack,
    "reference writer": Reference,
    "reportlab, stock": StockReportlab,
    "typst": Typst,
    "fpdf2": Fpdf2,
    "pypdf overlay": PypdfOverlay,
    "WeasyPrint": WeasyPrint,
    "Chromium": Chromium,
}
