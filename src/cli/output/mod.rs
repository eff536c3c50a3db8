//! Writes the results of commands: as a table, JSON, JSON Lines, CSV or bare names.
//!
//! ```text
//! command ──▶ Row, Column, Cell ──▶ Output ──▶ TableWriter   lists ──────────────┐
//!                                         ├──▶ DetailView    one record in full ─┼──▶ Sink: stdout, a file or a buffer
//!                                         ├──▶ ScreenView    one on a screen ────┤
//!                                         └──▶ charts        for a terminal ─────┘
//! ```
//!
//! A row type declares its columns once, and every format is derived from them. No other module writes to stdout, so
//! results never mix with notes and errors, which go to stderr.

mod cell;
mod charts;
mod column_layout;
mod csv;
mod csv_file;
mod detail_view;
mod grid;
pub(crate) mod known_fields;
mod layout;
mod options;
mod pager;
mod record;
mod relay;
mod row;
mod screen_view;
mod sink;
mod table;
mod table_writer;
mod tone;
mod writer;

pub(crate) use cell::Cell;
pub(crate) use charts::sparks::{Sparks, spark};
pub(crate) use charts::svg::{MAX_BARS, draw};
pub(crate) use column_layout::ColumnKind;
pub(crate) use csv_file::CsvFile;
pub(crate) use detail_view::DetailView;
pub(crate) use options::{Format, OutputArgs, When};
pub(crate) use relay::Relay;
pub(crate) use row::{Column, FieldKeys, Row};
pub(crate) use screen_view::{ScreenView, Span};
pub(crate) use sink::{NewFile, with_force_hint, write_file};
pub(crate) use table_writer::TableWriter;
pub(crate) use writer::Output;
