//! The table of lines, whose heading is repeated on every page, with the sum carried from page to page.

use crate::formats::pdf::font_set::Glyph;
use crate::formats::pdf::layout::{BODY, FAINT, LEFT, PageLayout, STRONG};
use crate::formats::pdf::length::{Length, mm};
use crate::formats::pdf::page::{Area, Ink, TextStyle};
use crate::formats::pdf::words;
use crate::model::Money;
use crate::model::invoice::{InvoiceCopy, InvoiceLine};

/// Space between columns.
const GAP: Length = mm(4);
/// Space above and below the text of a row.
const PADDING: Length = mm(1);
/// The widest column of units and taxes; longer ones are wrapped.
const WIDEST_WORDS: Length = mm(24);

/// Where columns end. The description ends where the quantity begins.
struct Columns {
    description: Length,
    quantity: Length,
    price: Length,
    tax: Length,
}

/// The lines of text of a cell.
type Cell = Vec<(Vec<Glyph>, TextStyle)>;

/// The cells of a row.
struct Row {
    description: Cell,
    quantity: Cell,
    price: Cell,
    tax: Cell,
    net: Cell,
}

struct Table<'c> {
    copy: &'c InvoiceCopy,
    columns: Columns,
    /// The sum of the rows so far; `None` if it is larger than an amount can be.
    sum: Option<Money>,
}

/// Draws all lines. `heading` is the first line of further pages.
pub(super) fn draw(layout: &mut PageLayout<'_>, copy: &InvoiceCopy, heading: &str) {
    let columns = Columns::of(layout, copy);
    let mut table = Table { copy, columns, sum: Some(Money::ZERO) };
    // The heading never stands alone at the foot of a page.
    if !layout.fits(mm(30)) {
        layout.new_page(heading);
    }
    table.draw_heading(layout);
    for (index, line) in copy.lines.iter().enumerate() {
        table.draw_line(layout, line, index, heading);
        table.sum = table.sum.and_then(|sum| sum.checked_add(line.net));
    }
    layout.y += mm(3);
}

impl Columns {
    /// Columns of figures are as wide as their widest figure, and the description has the rest.
    fn of(layout: &mut PageLayout<'_>, copy: &InvoiceCopy) -> Self {
        let mut widest = |heading: &str, cells: &mut dyn Iterator<Item = (String, Length)>| {
            let heading = layout.text_width(heading, STRONG);
            cells.fold(heading, |widest, (text, most)| widest.max(layout.text_width(&text, BODY).min(most)))
        };
        let lines = &copy.lines;
        let any = Length::MAX;
        let units = lines.iter().filter_map(|line| line.quantity_unit.clone()).map(|unit| (unit, WIDEST_WORDS));
        let quantities = lines.iter().map(|line| (words::quantity(line.quantity), any));
        let quantity = widest("Quantity", &mut quantities.chain(units));
        let prices = lines.iter().map(|line| (words::amount(line.unit_price, copy.currency), any));
        let price = widest("Unit price", &mut { prices });
        let taxes = lines.iter().map(|line| (words::tax(line.category, line.rate), mm(16)));
        let tax = widest("VAT", &mut { taxes });
        let nets = lines.iter().map(|line| (words::amount(line.net, copy.currency), any));
        let net = widest(&net_heading(copy), &mut { nets });
        let tax_end = layout.right() - net - GAP;
        let price_end = tax_end - tax - GAP;
        let quantity_end = price_end - price - GAP;
        Self { description: quantity_end - quantity - GAP, quantity: quantity_end, price: price_end, tax: tax_end }
    }
}

fn net_heading(copy: &InvoiceCopy) -> String {
    format!("Net {}", copy.currency)
}

fn height(row: &Row) -> usize {
    [&row.description, &row.quantity, &row.price, &row.tax, &row.net]
        .map(Vec::len)
        .into_iter()
        .max()
        .unwrap_or_default()
}

impl Table<'_> {
    fn draw_heading(&self, layout: &mut PageLayout<'_>) {
        let (left, right, top) = (LEFT, layout.right(), layout.y);
        let height = STRONG.leading() + PADDING * 3;
        layout.area(Area { left, top, width: right - left, height }, Ink::Background);
        let y = top + PADDING + PADDING / 2;
        layout.text("Description", STRONG, (left + mm(1), y), self.columns.description - left);
        let columns = &self.columns;
        for (text, end) in [
            ("Quantity".to_owned(), columns.quantity),
            ("Unit price".to_owned(), columns.price),
            ("VAT".to_owned(), columns.tax),
            (net_heading(self.copy), right),
        ] {
            Self::draw_figure(layout, &text, STRONG, end, y);
        }
        layout.y = top + height + PADDING;
    }

    fn draw_figure(layout: &mut PageLayout<'_>, text: &str, style: TextStyle, end: Length, y: Length) {
        if let Some(line) = layout.wrapped(text, style, Length::MAX / 2).first() {
            layout.put_right(line, style, end, y);
        }
    }

    fn row(&self, layout: &mut PageLayout<'_>, line: &InvoiceLine) -> Row {
        let width = self.columns.description - LEFT - mm(1);
        let mut cell = |text: &str, style: TextStyle, width: Length| -> Cell {
            layout.wrapped(text, style, width).into_iter().map(|glyphs| (glyphs, style)).collect()
        };
        let mut description = cell(&line.description, BODY, width);
        if let Some(period) = line.period.filter(|period| Some(*period) != self.copy.period) {
            description.extend(cell(&words::period(period), FAINT, width));
        }
        let figures = Length::MAX / 2;
        let mut quantity = cell(&words::quantity(line.quantity), BODY, figures);
        if let Some(unit) = &line.quantity_unit {
            quantity.extend(cell(unit, FAINT, WIDEST_WORDS));
        }
        Row {
            description,
            quantity,
            price: cell(&words::amount(line.unit_price, self.copy.currency), BODY, figures),
            tax: cell(&words::tax(line.category, line.rate), BODY, mm(16)),
            net: cell(&words::amount(line.net, self.copy.currency), BODY, figures),
        }
    }

    /// Draws a row, on the next page if it has no room on this one; a row of more than a page is broken.
    fn draw_line(&mut self, layout: &mut PageLayout<'_>, line: &InvoiceLine, index: usize, heading: &str) {
        let row = self.row(layout, line);
        let rows = height(&row);
        let whole = Length::try_from(rows).unwrap_or(Length::MAX / BODY.leading()).saturating_mul(BODY.leading());
        let carried = BODY.leading() + PADDING * 3;
        if index > 0 && !layout.fits(whole.saturating_add(carried)) {
            self.turn_page(layout, index, heading);
        }
        let (left, right) = (LEFT, layout.right());
        for part in 0..rows {
            if !layout.fits(BODY.leading() + carried) {
                self.turn_page(layout, index, heading);
            }
            let y = layout.y;
            if let Some((glyphs, style)) = row.description.get(part) {
                layout.put(glyphs, *style, left + mm(1), y);
            }
            let columns = &self.columns;
            for (cell, end) in [
                (&row.quantity, columns.quantity),
                (&row.price, columns.price),
                (&row.tax, columns.tax),
                (&row.net, right),
            ] {
                if let Some((glyphs, style)) = cell.get(part) {
                    layout.put_right(glyphs, *style, end, y);
                }
            }
            layout.y += BODY.leading();
        }
        layout.y += PADDING;
        layout.rule(left, right, Ink::LightGrey);
        layout.y += PADDING;
    }

    fn turn_page(&self, layout: &mut PageLayout<'_>, done: usize, heading: &str) {
        if done > 0 {
            self.draw_carried(layout, "Carried forward");
        }
        layout.new_page(heading);
        self.draw_heading(layout);
        if done > 0 {
            self.draw_carried(layout, "Brought forward");
            layout.y += PADDING;
        }
    }

    fn draw_carried(&self, layout: &mut PageLayout<'_>, label: &str) {
        let Some(sum) = self.sum else { return };
        let style = TextStyle { ink: Ink::Grey, ..BODY };
        let (left, right, y) = (LEFT, layout.right(), layout.y);
        layout.text(label, style, (left + mm(1), y), mm(60));
        Self::draw_figure(layout, &words::amount(sum, self.copy.currency), style, right, y);
        layout.y += style.leading();
    }
}
