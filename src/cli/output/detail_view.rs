//! Shows one record in full, in sections of fields and of related rows. In JSON it is one nested object. In CSV it is one
//! record for each related row, with the fields of the record repeated in each.

mod data;

use std::borrow::Cow;
use std::io::Write;

use serde_json::Value;
use ssgctl::model::Zone;
use ssgctl::report::PlannedChange;

use crate::escape::visible;
use crate::exit::{Failure, Result};
use crate::output::cell::Cell;
use crate::output::column_layout::{ColumnKind, ColumnLayout};
use crate::output::options::Format;
use crate::output::record::{FieldLine, field_lines, text_of, times_in};
use crate::output::row::{Column, Row};
use crate::output::table;
use crate::output::writer::Output;

/// The indentation of a section's content.
const INDENT: u16 = 2;

/// A record with everything that belongs to it.
pub(crate) struct DetailView {
    /// What `-o name` prints.
    name: String,
    title: String,
    sections: Vec<Section>,
}

struct Section {
    title: &'static str,
    fields: Vec<DetailField>,
    table: Option<SubTable>,
}

/// A field of the record.
struct DetailField {
    key: &'static str,
    kind: ColumnKind,
    cell: Cell<'static>,
    /// Whether tables omit it.
    for_data: bool,
}

struct SubTable {
    key: &'static str,
    columns: Vec<SubColumn>,
    records: Vec<Vec<Cell<'static>>>,
    /// A row of totals, which only tables have.
    total: Option<Vec<Cell<'static>>>,
    /// Whether CSV omits the rows, as it omits all totals.
    not_in_csv: bool,
}

/// A column of related rows.
struct SubColumn {
    key: &'static str,
    layout: ColumnLayout,
    in_table: bool,
}

impl DetailField {
    /// A field that is not a column of a row. Its number is taken for an ID, which never has separators.
    fn new(key: &'static str, cell: Cell<'_>) -> Self {
        Self { key, kind: ColumnKind::Id, cell: owned(cell), for_data: false }
    }

    fn of_column<R>(column: &Column<R>, row: &R) -> Self {
        Self { kind: column.layout.kind, ..Self::new(column.key, (column.cell)(row)) }
    }
}

impl SubTable {
    /// The rows as a table.
    fn page(&self, width: Option<u16>, zone: &Zone) -> table::Page {
        let shown = || self.columns.iter().filter(|column| column.in_table);
        let cells = |record: &'_ [Cell<'static>]| {
            let cells = record.iter().zip(&self.columns).filter(|(_, column)| column.in_table);
            cells.map(|(cell, _)| cell.clone()).collect::<Vec<_>>()
        };
        let mut page = table::Page::new(shown().map(|column| (column.key, column.layout)), width);
        // The title names the zone.
        page.in_zone(zone, true);
        self.records.iter().for_each(|record| page.add(cells(record).into_iter()));
        if let Some(total) = &self.total {
            page.add_total(cells(total).into_iter());
        }
        page
    }

    /// The rows as JSON.
    fn objects(&self) -> Value {
        let object = |record: &Vec<Cell<'static>>| {
            let fields = self.columns.iter().zip(record).map(|(column, cell)| (column.key.to_owned(), json(cell)));
            Value::Object(fields.collect())
        };
        Value::Array(self.records.iter().map(object).collect())
    }
}

impl DetailView {
    /// A view without sections; `name` is what `-o name` prints.
    pub(crate) fn new(name: impl ToString, title: impl ToString) -> Self {
        Self { name: name.to_string(), title: title.to_string(), sections: Vec::new() }
    }

    /// Adds a section whose fields are these columns of a row.
    pub(crate) fn fields<R: Row>(&mut self, title: &'static str, row: &R, keys: &[&str]) {
        self.section(title);
        self.more_fields(row, keys);
    }

    /// Adds a section without fields.
    pub(crate) fn section(&mut self, title: &'static str) {
        self.sections.push(Section { title, fields: Vec::new(), table: None });
    }

    /// Adds these columns of a row to the last section.
    pub(crate) fn more_fields<R: Row>(&mut self, row: &R, keys: &[&str]) {
        let columns = keys.iter().filter_map(|key| R::COLUMNS.iter().find(|column| column.key == *key));
        if let Some(section) = self.sections.last_mut() {
            section.fields.extend(columns.map(|column| DetailField::of_column(column, row)));
        }
    }

    /// Adds a field to the last section.
    pub(crate) fn field(&mut self, key: &'static str, cell: Cell<'_>) {
        if let Some(section) = self.sections.last_mut() {
            section.fields.push(DetailField::new(key, cell));
        }
    }

    /// Adds a field to the last section that tables omit.
    pub(crate) fn data(&mut self, key: &'static str, cell: Cell<'_>) {
        if let Some(section) = self.sections.last_mut() {
            section.fields.push(DetailField { for_data: true, ..DetailField::new(key, cell) });
        }
    }

    /// Adds the lines of what is planned to the last section. Tables omit them if there are none.
    pub(crate) fn planned(&mut self, planned: &[PlannedChange]) {
        let lines = Cell::Lines(planned.iter().map(|planned| planned.to_string().into()).collect());
        if planned.is_empty() {
            self.data("planned_changes", lines);
        } else {
            self.field("planned_changes", lines);
        }
    }

    /// Adds a section with a table of rows, which in JSON is an array under `key`. `omit` names columns that only repeat
    /// the record itself, such as the customer of each contact.
    pub(crate) fn rows<R: Row>(&mut self, title: &'static str, key: &'static str, rows: &[R], omit: &[&str]) {
        self.rows_with(title, key, rows, (omit, &[]));
    }

    /// The same, with columns in the table that tables do not show by default.
    pub(crate) fn rows_with<R: Row>(
        &mut self,
        title: &'static str,
        key: &'static str,
        rows: &[R],
        (omit, also): (&[&str], &[&str]),
    ) {
        let column = |column: &Column<R>| SubColumn {
            key: column.key,
            layout: column.layout,
            in_table: column.in_table || also.contains(&column.key),
        };
        let columns = in_data::<R>(omit).map(column).collect();
        let records = rows.iter().map(|row| record(row, omit)).collect();
        let table = SubTable { key, columns, records, total: None, not_in_csv: false };
        self.sections.push(Section { title, fields: Vec::new(), table: Some(table) });
    }

    /// The same, but CSV omits it: it has rows of one kind only, and these are sums of them or are not what the view is about.
    pub(crate) fn rows_not_in_csv<R: Row>(
        &mut self,
        title: &'static str,
        key: &'static str,
        rows: &[R],
        omit: &[&str],
    ) {
        self.rows(title, key, rows, omit);
        if let Some(table) = self.sections.last_mut().and_then(|section| section.table.as_mut()) {
            table.not_in_csv = true;
        }
    }

    /// Adds a row of totals to the table of the last section. JSON omits it.
    pub(crate) fn total<R: Row>(&mut self, row: &R, omit: &[&str]) {
        if let Some(table) = self.sections.last_mut().and_then(|section| section.table.as_mut()) {
            table.total = Some(record(row, omit));
        }
    }

    /// The keys that `--fields` accepts in a format. In CSV, these include the columns of the related rows.
    fn keys(&self, format: Format) -> Vec<&'static str> {
        let is_csv = format == Format::Csv;
        let keys = self.sections.iter().flat_map(|section| {
            let table = section.table.as_ref().filter(|table| !(is_csv && table.not_in_csv)).map(|table| table.key);
            section.fields.iter().map(|field| field.key).chain(table)
        });
        let columns = self
            .csv_rows()
            .filter(|_| is_csv)
            .into_iter()
            .flat_map(|table| table.columns.iter().map(|column| column.key));
        keys.chain(columns).collect()
    }

    /// The record's own fields.
    fn own_fields(&self) -> impl Iterator<Item = &DetailField> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The tables of related rows.
    fn lists(&self) -> impl Iterator<Item = &SubTable> {
        self.sections.iter().filter_map(|section| section.table.as_ref()).filter(|table| !table.not_in_csv)
    }

    /// The related rows that CSV can hold: those of the only list.
    fn csv_rows(&self) -> Option<&SubTable> {
        let mut lists = self.lists();
        lists.next().filter(|_| lists.next().is_none())
    }

    /// The lists that the output should have but CSV cannot hold, because it has rows of only one kind.
    fn lost_in_csv(&self, wanted: Option<&[String]>) -> Vec<&'static str> {
        if self.csv_rows().is_some() {
            return Vec::new();
        }
        let is_wanted = |key: &str| wanted.is_none_or(|fields| fields.iter().any(|field| field == key));
        self.lists().map(|table| table.key).filter(|key| is_wanted(key)).collect()
    }
}

impl Output {
    /// Writes a detail view.
    pub(crate) fn view(&mut self, view: DetailView) -> Result<()> {
        self.check_fields_of(&view)?;
        match self.format {
            Format::Table => self.view_as_text(view),
            Format::Json | Format::Jsonl => self.view_as_json(view),
            Format::Csv => self.view_as_csv(&view),
            Format::Name => writeln!(self.sink, "{}", visible(&view.name)).map_err(Failure::output),
        }?;
        self.flush()
    }

    /// Fails if `--fields` names a field that the view does not have, or if CSV would lose related rows.
    pub(crate) fn check_fields_of(&self, view: &DetailView) -> Result<()> {
        self.refuse_unknown_fields(&view.keys(self.format))?;
        let lost = view.lost_in_csv(self.fields.as_deref());
        if self.format != Format::Csv || lost.is_empty() {
            return Ok(());
        }
        let own: Vec<&str> = view.own_fields().map(|field| field.key).collect();
        Err(Failure::usage(format!("CSV cannot hold {} in one table", lost.join(", ")))
            .hint(format!("use --json, or print only the record's own fields: --fields {}", own.join(","))))
    }

    fn view_as_text(&mut self, view: DetailView) -> Result<()> {
        let width = self.width.map(|width| width.saturating_sub(INDENT));
        let title = visible(&view.title);
        let zone = if self.shows_times(&view) { times_in(&self.zone) } else { String::new() };
        let mut text = format!("{}{zone}\n", self.bold(&title));
        for section in view.sections {
            let mut lines = self.field_lines(&section, width);
            if let Some(table) = section.table.filter(|table| self.wants(table.key)) {
                let page = table.page(width, &self.zone);
                if page.len() == 0 {
                    lines.push("none".to_owned());
                } else {
                    let laid_out = page.lay_out(self.headers, self.colour);
                    lines.extend(laid_out.lines);
                    lines.extend(table::not_shown(&laid_out.left_out, width, self.colour));
                }
            }
            if lines.is_empty() {
                continue;
            }
            text.push_str(&format!("\n{}\n", self.bold(section.title)));
            for line in lines {
                text.push_str(format!("{:indent$}{line}", "", indent = usize::from(INDENT)).trim_end());
                text.push('\n');
            }
        }
        self.sink.write_all(text.as_bytes()).map_err(Failure::output)
    }

    /// Whether the text of a view has times.
    fn shows_times(&self, view: &DetailView) -> bool {
        let is_time = |cell: &Cell<'_>| matches!(cell, Cell::Time(_));
        let has_times = |table: &SubTable| {
            let is_shown = |(cell, column): (&Cell<'_>, &SubColumn)| column.in_table && is_time(cell);
            self.wants(table.key) && table.records.iter().any(|row| row.iter().zip(&table.columns).any(is_shown))
        };
        view.own_fields().any(|field| !field.for_data && self.wants(field.key) && is_time(&field.cell))
            || view.sections.iter().filter_map(|section| section.table.as_ref()).any(has_times)
    }

    /// Whether the command line asks for this field, or for all.
    fn wants(&self, key: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| fields.iter().any(|field| field == key))
    }

    /// The lines of a section's fields. A terminal gets those that are not empty, unless the command line names them.
    fn field_lines(&self, section: &Section, width: Option<u16>) -> Vec<String> {
        let fields = section.fields.iter().filter(|field| !field.for_data && self.wants(field.key));
        let lines = fields.map(|field| {
            let text = text_of(&field.cell, field.kind, width.is_some(), &self.zone);
            FieldLine { key: field.key, kind: field.kind, text }
        });
        let shows_empty = width.is_none() || self.fields.is_some();
        let lines: Vec<FieldLine> = lines.filter(|line| shows_empty || !line.text.is_empty()).collect();
        field_lines(&lines, width.map(usize::from), self.colour)
    }

    fn bold(&self, text: &str) -> String {
        let bold = anstyle::Style::new().bold();
        if self.colour { format!("{bold}{text}{bold:#}") } else { text.to_owned() }
    }
}

/// The columns of related rows that do not repeat the record.
fn in_data<R: Row>(omit: &[&str]) -> impl Iterator<Item = &'static Column<R>> {
    R::COLUMNS.iter().filter(|column| !omit.contains(&column.key))
}

fn record<R: Row>(row: &R, omit: &[&str]) -> Vec<Cell<'static>> {
    in_data(omit).map(|column| owned((column.cell)(row))).collect()
}

fn json(cell: &Cell<'_>) -> Value {
    // Serializing a cell cannot fail: it has only texts, numbers and lists of them.
    serde_json::to_value(cell).unwrap_or_default()
}

/// Copies the texts of a cell, so that it outlives its row.
fn owned(cell: Cell<'_>) -> Cell<'static> {
    let copy = |items: Vec<Cow<'_, str>>| items.into_iter().map(|item| item.into_owned().into()).collect();
    match cell {
        Cell::Empty => Cell::Empty,
        Cell::Text(text) => Cell::Text(text.into_owned().into()),
        Cell::Number(number) => Cell::Number(number),
        Cell::Amount(amount) => Cell::Amount(amount),
        Cell::Flag(flag) => Cell::Flag(flag),
        Cell::Time(time) => Cell::Time(time),
        Cell::Long { data, reading } => Cell::Long { data, reading },
        Cell::List(items) => Cell::List(copy(items)),
        Cell::Lines(items) => Cell::Lines(copy(items)),
        Cell::Amounts(amounts) => Cell::Amounts(amounts),
        Cell::Emails(items) => Cell::Emails(items.into_iter().map(|item| Cow::Owned(item.into_owned())).collect()),
        Cell::Changes(_) => Cell::shown(cell.for_reading()),
    }
}
