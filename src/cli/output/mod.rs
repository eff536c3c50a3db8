//! The one writer of results: rows in, and out comes a table, JSON, JSON lines, CSV or bare names on stdout.

mod cell;
mod charts;
mod csv;
mod detail;
mod relay;
mod rows;
mod sink;
mod table;

use std::io::Write;
use std::path::Path;

use clap::{Args, ValueEnum};
use ssgctl::report::Chart;

use crate::escape::visible;
use crate::exit::{Failure, Result};

pub(crate) use cell::Cell;
pub(crate) use charts::sparks::Sparks;
pub(crate) use charts::svg::{MOST_BARS, draw};
pub(crate) use detail::DetailView;
pub(crate) use relay::Relay;
pub(crate) use rows::TableWriter;
pub(crate) use sink::{NewFile, write_file};

use sink::Sink;

/// A kind of row: its columns are declared once, and every format follows from them.
pub(crate) trait Row: Sized + 'static {
    /// The key of the column that names the thing, for `-o name`.
    const NAME: &'static str;
    /// All columns, in the order in which they are shown.
    const COLUMNS: &'static [Column<Self>];
}

/// What a change gives to be shown, whose keys are known before the change is made.
pub(crate) trait Shown {
    /// The keys that `--fields` can name.
    fn keys() -> Vec<&'static str>;
}

impl<R: Row> Shown for R {
    fn keys() -> Vec<&'static str> {
        R::COLUMNS.iter().map(|column| column.key).collect()
    }
}

impl<R: Row> Shown for Vec<R> {
    fn keys() -> Vec<&'static str> {
        <R as Shown>::keys()
    }
}

/// A column of rows of type `R`. Its key is the JSON field, the CSV header, the name for `--fields` and the heading.
pub(crate) struct Column<R: 'static> {
    pub(crate) key: &'static str,
    pub(crate) cell: for<'a> fn(&'a R) -> Cell<'a>,
    /// Whether a table shows it unasked. JSON and CSV always have every column.
    pub(crate) in_table: bool,
}

impl<R> Column<R> {
    /// A column that tables show.
    pub(crate) const fn new(key: &'static str, cell: for<'a> fn(&'a R) -> Cell<'a>) -> Self {
        Self { key, cell, in_table: true }
    }

    /// A column that tables show only when `--fields` names it.
    pub(crate) const fn detail(key: &'static str, cell: for<'a> fn(&'a R) -> Cell<'a>) -> Self {
        Self { key, cell, in_table: false }
    }
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for reading
    #[default]
    Table,
    /// One JSON value
    Json,
    /// One JSON object a line
    Jsonl,
    /// Comma-separated values with a header line
    Csv,
    /// Only the name of each thing, one a line
    Name,
}

/// The options that say how results are written.
#[derive(Debug, Clone, Args)]
pub(crate) struct OutputArgs {
    /// Write results in this format
    #[arg(short, long, global = true, value_name = "FORMAT", value_enum, help_heading = "Global options")]
    output: Option<Format>,

    /// Write results as JSON; the same as -o json
    #[arg(long, global = true, conflicts_with_all = ["output", "csv"], help_heading = "Global options")]
    json: bool,

    /// Write results as CSV; the same as -o csv
    #[arg(long, global = true, conflicts_with = "output", help_heading = "Global options")]
    csv: bool,

    /// Show these fields only, in this order, separated by commas
    #[arg(long, global = true, value_name = "FIELD,…", value_delimiter = ',', help_heading = "Global options")]
    fields: Option<Vec<String>>,

    /// Leave out the header line of tables and CSV
    #[arg(long, global = true, help_heading = "Global options")]
    no_headers: bool,

    /// Write CSV cells as they are, without the ' that keeps spreadsheets from running them as formulas
    #[arg(long, global = true, help_heading = "Global options")]
    raw_csv: bool,

    /// Colour headings and errors
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, help_heading = "Global options")]
    pub(crate) color: When,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl When {
    /// Whether a stream is to be coloured.
    pub(crate) fn colours(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
        }
    }
}

impl OutputArgs {
    /// The format asked for.
    pub(crate) fn format(&self) -> Format {
        match (self.json, self.csv) {
            (true, _) => Format::Json,
            (_, true) => Format::Csv,
            _ => self.output.unwrap_or_default(),
        }
    }
}

/// Where results go, and in which form.
pub(crate) struct Output {
    format: Format,
    /// Whether the format was asked for, and is not just the usual one.
    was_asked: bool,
    fields: Option<Vec<String>>,
    headers: bool,
    raw_csv: bool,
    colour: bool,
    /// The width of the terminal; none when results go elsewhere, where nothing is wrapped.
    width: Option<u16>,
    out: Sink,
}

impl Output {
    /// The writer to stdout.
    #[expect(clippy::disallowed_methods, reason = "what stdout is, is asked and nothing written")]
    pub(crate) fn new(args: &OutputArgs) -> Self {
        let stdout = std::io::stdout();
        let width = rustix::termios::tcgetwinsize(&stdout).ok().map(|size| size.ws_col).filter(|columns| *columns > 0);
        Self {
            format: args.format(),
            was_asked: args.json || args.csv || args.output.is_some(),
            fields: args.fields.as_ref().map(|keys| keys.iter().map(|key| key.trim().to_owned()).collect()),
            headers: !args.no_headers,
            raw_csv: args.raw_csv,
            colour: args.color.colours(&stdout),
            width,
            out: Sink::stdout(),
        }
    }

    /// Whether the result is for a program, which wants it also when all is well.
    pub(crate) fn is_data(&self) -> bool {
        self.format != Format::Table
    }

    /// Whether the result is wanted as rows, where it could be a text for reading.
    pub(crate) fn shows_rows(&self) -> bool {
        self.is_data() || self.fields.is_some()
    }

    /// Whether CSV is without the guards that keep spreadsheets from running cells as formulas.
    pub(crate) fn is_raw(&self) -> bool {
        self.raw_csv
    }

    /// Begins a list of rows of which the question gives only these columns, in this order.
    pub(crate) fn rows_among<R: Row>(&mut self, keys: &[&str]) -> Result<TableWriter<'_, R>> {
        TableWriter::begin(self, keys, None)
    }

    /// The same with those that are shown unless others are asked for.
    pub(crate) fn rows_showing<R: Row>(&mut self, keys: &[&str], shown: Option<&[&str]>) -> Result<TableWriter<'_, R>> {
        TableWriter::begin(self, keys, shown)
    }

    /// Begins a list of rows that shows these fields unless others are asked for.
    pub(crate) fn rows_of<R: Row>(&mut self, keys: &'static [&'static str]) -> Result<TableWriter<'_, R>> {
        TableWriter::begin(self, &R::keys(), Some(keys))
    }

    /// Writes for a program from here on: in the format asked for, else in that of a file's name, else as CSV; into the
    /// file, if there is one.
    pub(crate) fn export_to(&mut self, file: Option<&Path>, replace: bool) -> Result<()> {
        if !self.was_asked {
            let extension = file.and_then(|file| file.extension()).and_then(|extension| extension.to_str());
            self.format = match extension {
                Some("json") => Format::Json,
                Some("jsonl" | "ndjson") => Format::Jsonl,
                _ => Format::Csv,
            };
        }
        if let Some(file) = file {
            (self.out, self.width, self.colour) = (Sink::File(NewFile::create(file, replace)?), None, false);
        }
        Ok(())
    }

    /// Gives the file that results went into its name; they go to stdout again.
    pub(crate) fn publish(&mut self) -> Result<()> {
        self.out = std::mem::replace(&mut self.out, Sink::stdout()).published()?;
        Ok(())
    }

    /// Keeps results back until they are released, because it is not known yet whether they count.
    pub(crate) fn hold(&mut self) -> Result<()> {
        self.out = Sink::spool()?;
        Ok(())
    }

    /// Brings results that were held to stdout.
    pub(crate) fn release(&mut self) -> Result<()> {
        self.out = std::mem::replace(&mut self.out, Sink::stdout()).released()?;
        Ok(())
    }

    /// Writes a single thing: in JSON an object, elsewhere a list of one.
    pub(crate) fn row<R: Row>(&mut self, row: &R) -> Result<()> {
        if self.format == Format::Json {
            self.format = Format::Jsonl;
        }
        self.all(std::slice::from_ref(row))
    }

    /// Writes a list that is at hand.
    pub(crate) fn all<R: Row>(&mut self, all: &[R]) -> Result<()> {
        self.all_among(&R::keys(), all)
    }

    /// Writes a list that is at hand, of whose columns the question gives only these.
    pub(crate) fn all_among<R: Row>(&mut self, keys: &[&str], all: &[R]) -> Result<()> {
        let mut rows = self.rows_among(keys)?;
        all.iter().try_for_each(|row| rows.row(row))?;
        rows.end().map(drop)
    }

    /// Fails if `--fields` names something that is not among these keys.
    pub(crate) fn refuse_unknown_fields(&self, known: &[&str]) -> Result<()> {
        let mut wanted = self.fields.iter().flatten();
        match wanted.find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(Failure::usage(format!("--fields: {} is no field", ssgctl::error::quoted(key)))
                .field("fields")
                .hint(format!("fields are {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    /// Writes one value: bare for reading and for `$(...)`, under its key in JSON and CSV.
    pub(crate) fn value(&mut self, key: &'static str, value: &str) -> Result<()> {
        self.refuse_unknown_fields(&[key])?;
        let text = match self.format {
            Format::Table | Format::Name => format!("{}\n", visible(value)),
            Format::Json | Format::Jsonl => format!("{}\n", serde_json::json!({ key: value })),
            Format::Csv => {
                let mut text = Vec::new();
                let records = if self.headers { vec![key, value] } else { vec![value] };
                records.iter().try_for_each(|record| csv::write(&mut text, [record])).map_err(Failure::output)?;
                return self.text(&text);
            }
        };
        self.text(text.as_bytes())
    }

    /// Draws a chart for reading.
    pub(crate) fn chart(&mut self, chart: &Chart) -> Result<()> {
        self.lines(charts::bars::lines(chart, self.width, self.colour))
    }

    /// Draws lines over time for reading.
    pub(crate) fn sparks(&mut self, sparks: &Sparks<'_>) -> Result<()> {
        self.lines(charts::sparks::lines(sparks, self.width, self.colour))
    }

    fn lines(&mut self, lines: Vec<String>) -> Result<()> {
        for line in lines {
            writeln!(self.out, "{}", line.trim_end()).map_err(Failure::output)?;
        }
        self.flush()
    }

    /// Writes a text as it is, such as a generated file.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<()> {
        self.out.write_all(text).map_err(Failure::output)?;
        self.flush()
    }

    /// Where results go, for a text that is written piece by piece.
    pub(crate) fn pieces(&mut self) -> &mut impl Write {
        &mut self.out
    }

    /// Drops what has not reached its reader yet: a failure leaves no beginning of a result behind.
    pub(crate) fn discard(self) {
        self.out.discard();
    }

    /// Brings everything written so far to its reader.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.out.flush().map_err(Failure::output)
    }
}

/// The columns to show of those that the question gives: those that `--fields` names, else those that the command shows, else
/// those that the format shows by itself.
fn selection<R: Row>(output: &Output, keys: &[&str], usual: Option<&[&str]>) -> Result<Vec<&'static Column<R>>> {
    output.refuse_unknown_fields(keys)?;
    let named = |key: &str| R::COLUMNS.iter().find(|column| column.key == key);
    let offered = keys.iter().filter_map(|key| named(key));
    Ok(match (&output.fields, output.format) {
        // What is counted for something else than the naming column is named by what it is counted for first.
        (_, Format::Name) => {
            named(R::NAME).filter(|name| keys.contains(&name.key)).or(offered.into_iter().next()).into_iter().collect()
        }
        (Some(fields), _) => fields.iter().filter_map(|key| named(key)).collect(),
        (None, _) if usual.is_some() => usual.into_iter().flatten().filter_map(|key| named(key)).collect(),
        (None, Format::Table) => offered.filter(|column| column.in_table).collect(),
        (None, _) => offered.collect(),
    })
}
