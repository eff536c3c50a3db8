//! The global options that select the output format.

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;

use crate::output::known_fields;

/// The format of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Aligned columns for reading
    #[default]
    Table,
    /// One JSON value
    Json,
    /// One JSON object per line
    Jsonl,
    /// Comma-separated values with a header line
    Csv,
    /// Only the name of each record, one per line
    Name,
}

/// The options that select the output format.
#[derive(Debug, Clone, Args)]
pub(crate) struct OutputArgs {
    /// Output format
    #[arg(
        short,
        long,
        global = true,
        value_name = "FORMAT",
        value_enum,
        hide_short_help = true,
        help_heading = "Global options"
    )]
    pub(super) output: Option<Format>,

    /// Print results as JSON; same as -o json
    #[arg(long, global = true, conflicts_with_all = ["output", "csv"], hide_short_help = true, help_heading = "Global options")]
    pub(super) json: bool,

    /// Print results as CSV; same as -o csv
    #[arg(long, global = true, conflicts_with = "output", hide_short_help = true, help_heading = "Global options")]
    pub(super) csv: bool,

    /// Print only these fields, in this order; without a value, list the fields
    #[arg(long, global = true, value_name = "FIELD,…", value_delimiter = ',', num_args = 0..=1, hide_short_help = true, help_heading = "Global options", add = ArgValueCompleter::new(known_fields::complete))]
    pub(super) fields: Option<Vec<String>>,

    /// Omit the header line of tables and CSV
    #[arg(long, global = true, hide_short_help = true, help_heading = "Global options")]
    pub(super) no_headers: bool,

    /// Lay out tables for a terminal of this width; 0 is none [default: the terminal's]
    #[arg(long, global = true, value_name = "COLUMNS", hide_short_help = true, help_heading = "Global options")]
    pub(super) width: Option<u16>,

    /// Do not use a pager for results that are longer than the terminal
    #[arg(long, global = true, hide_short_help = true, help_heading = "Global options")]
    pub(super) no_pager: bool,

    /// Do not protect CSV cells that spreadsheets would run as formulas with a leading '
    #[arg(long, global = true, hide_short_help = true, help_heading = "Global options")]
    pub(super) raw_csv: bool,

    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        hide_short_help = true,
        help_heading = "Global options"
    )]
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
    /// Whether to use colour on this stream.
    pub(crate) fn colours(self, stream: &impl anstream::stream::RawStream) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
        }
    }
}

impl OutputArgs {
    /// The format in effect.
    pub(crate) fn format(&self) -> Format {
        self.chosen_format().unwrap_or_default()
    }

    /// The format that the command line chose, if it did.
    pub(super) fn chosen_format(&self) -> Option<Format> {
        match (self.json, self.csv) {
            (true, _) => Some(Format::Json),
            (_, true) => Some(Format::Csv),
            _ => self.output,
        }
    }
}
