//! The writer of results: the chosen format, the selected fields and the sink that the bytes go to.

use std::io::Write;
use std::path::Path;

use ssgctl::error::quoted;
use ssgctl::model::{Time, Zone};
use ssgctl::report::Chart;

use crate::escape::visible;
use crate::exit::{Failure, Result};
use crate::output::charts::{bars, sparks};
use crate::output::csv;
use crate::output::options::{Format, OutputArgs};
use crate::output::pager::PagedTerminal;
use crate::output::row::{Column, Row};
use crate::output::sink::{NewFile, Sink};

/// Writes results in the chosen format. Lists and detail views extend it in `table_writer` and `detail_view`.
pub(crate) struct Output {
    pub(super) format: Format,
    /// Whether the command line chose the format; if not, an export may choose another default.
    has_chosen_format: bool,
    pub(super) fields: Option<Vec<String>>,
    pub(super) headers: bool,
    pub(super) raw_csv: bool,
    pub(super) colour: bool,
    /// The width of the terminal; none if results go elsewhere, where nothing is wrapped, shortened or left out.
    pub(super) width: Option<u16>,
    /// The zone of times in tables. Data has them in UTC.
    pub(super) zone: Zone,
    pub(super) sink: Sink,
}

impl Output {
    /// A writer to stdout.
    #[expect(clippy::disallowed_methods, reason = "asks for properties of stdout and writes nothing")]
    pub(crate) fn new(args: &OutputArgs, zone: Zone) -> Self {
        let stdout = std::io::stdout();
        let size = rustix::termios::tcgetwinsize(&stdout).ok();
        let width = args.width.or(size.map(|size| size.ws_col)).filter(|columns| *columns > 0);
        let height = size.map(|size| size.ws_row).filter(|rows| *rows > 0);
        let may_page = args.format() == Format::Table && !args.no_pager && PagedTerminal::command().is_some();
        Self {
            format: args.format(),
            has_chosen_format: args.chosen_format().is_some(),
            fields: args.fields.as_ref().map(|keys| keys.iter().map(|key| key.trim().to_owned()).collect()),
            headers: !args.no_headers,
            raw_csv: args.raw_csv,
            colour: args.color.colours(&stdout),
            width,
            zone,
            sink: height.filter(|_| may_page).map_or_else(Sink::stdout, Sink::terminal),
        }
    }

    /// The chosen format.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Whether a program reads the result. A program needs a result even if there is nothing to report.
    pub(crate) fn is_data(&self) -> bool {
        self.format != Format::Table
    }

    /// Whether the command line asks for rows, even if the command has a layout for reading.
    pub(crate) fn wants_rows(&self) -> bool {
        self.is_data() || self.fields.is_some()
    }

    /// The width of the terminal that results go to; none if they go elsewhere.
    pub(crate) fn width(&self) -> Option<u16> {
        self.width
    }

    /// A time in a sentence, with its zone.
    pub(crate) fn in_zone(&self, time: Time) -> String {
        format!("{} ({})", self.zone.for_reading(time), self.zone)
    }

    /// Whether CSV cells are read and written without protection against formulas.
    pub(crate) fn is_raw(&self) -> bool {
        self.raw_csv
    }

    /// Prepares an export: sends results to the file, if there is one, in the chosen format, else in the format that its
    /// extension implies, else as CSV.
    pub(crate) fn export_to(&mut self, file: Option<&Path>, replace: bool) -> Result<()> {
        if !self.has_chosen_format {
            let extension = file.and_then(|file| file.extension()).and_then(|extension| extension.to_str());
            self.format = match extension {
                Some("json") => Format::Json,
                Some("jsonl" | "ndjson") => Format::Jsonl,
                _ => Format::Csv,
            };
        }
        if let Some(file) = file {
            (self.sink, self.width, self.colour) = (Sink::File(NewFile::create(file, replace)?), None, false);
        }
        Ok(())
    }

    /// Gives the completed file its name; later results go to stdout.
    pub(crate) fn publish(&mut self) -> Result<()> {
        self.sink = std::mem::replace(&mut self.sink, Sink::stdout()).published()?;
        Ok(())
    }

    /// Buffers results until `release`, because the transaction that they describe may still fail.
    pub(crate) fn hold(&mut self) -> Result<()> {
        self.sink = Sink::buffered()?;
        Ok(())
    }

    /// Writes buffered results to stdout.
    pub(crate) fn release(&mut self) -> Result<()> {
        self.sink = std::mem::replace(&mut self.sink, Sink::stdout()).released()?;
        Ok(())
    }

    /// Fails if `--fields` names a field that is not among these keys.
    pub(crate) fn refuse_unknown_fields(&self, known: &[&str]) -> Result<()> {
        let hint = || format!("the fields are {}", known.join(", "));
        if self.fields.as_ref().is_some_and(Vec::is_empty) {
            return Err(Failure::usage("--fields needs names").field("fields").hint(hint()));
        }
        let mut wanted = self.fields.iter().flatten();
        match wanted.find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                Err(Failure::usage(format!("--fields: unknown field {}", quoted(key))).field("fields").hint(hint()))
            }
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

    /// Draws a bar chart in the terminal.
    pub(crate) fn chart(&mut self, chart: &Chart) -> Result<()> {
        self.lines(bars::lines(chart, self.width, self.colour))
    }

    /// Draws sparklines in the terminal.
    pub(crate) fn sparks(&mut self, sparklines: &sparks::Sparks<'_>) -> Result<()> {
        self.lines(sparks::lines(sparklines, self.width, self.colour))
    }

    fn lines(&mut self, lines: Vec<String>) -> Result<()> {
        for line in lines {
            writeln!(self.sink, "{}", line.trim_end()).map_err(Failure::output)?;
        }
        self.flush()
    }

    /// Writes a text unchanged, such as a generated file.
    pub(crate) fn text(&mut self, text: &[u8]) -> Result<()> {
        self.sink.write_all(text).map_err(Failure::output)?;
        self.flush()
    }

    /// The sink itself, for a text that is written piece by piece.
    pub(crate) fn pieces(&mut self) -> &mut impl Write {
        &mut self.sink
    }

    /// Whether a person left the pager before all of the result was in it, which is no failure.
    pub(crate) fn was_left(&self, failure: &Failure) -> bool {
        self.sink.has_pager() && failure.is_closed_pipe()
    }

    /// Drops what is still buffered, so that a failed command does not print a partial result.
    pub(crate) fn discard(self) {
        self.sink.discard();
    }

    /// Flushes everything written so far.
    pub(crate) fn flush(&mut self) -> Result<()> {
        self.sink.flush().map_err(Failure::output)
    }
}

/// The columns to write, of those that are `available`: those that `--fields` names, else the command's default, else
/// the format's default.
pub(super) fn selection<R: Row>(
    output: &Output,
    available: &[&str],
    default: Option<&[&str]>,
) -> Result<Vec<&'static Column<R>>> {
    output.refuse_unknown_fields(available)?;
    let named = |key: &str| R::COLUMNS.iter().find(|column| column.key == key);
    let mut columns = available.iter().filter_map(|key| named(key));
    Ok(match (&output.fields, output.format) {
        // A grouped report may lack the naming column; its first group then identifies the row.
        (_, Format::Name) => {
            named(R::NAME).filter(|name| available.contains(&name.key)).or(columns.next()).into_iter().collect()
        }
        (Some(fields), _) => fields.iter().filter_map(|key| named(key)).collect(),
        (None, _) if default.is_some() => default.into_iter().flatten().filter_map(|key| named(key)).collect(),
        (None, Format::Table) => columns.filter(|column| column.in_table).collect(),
        (None, _) => columns.collect(),
    })
}
