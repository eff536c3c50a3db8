//! The bank's file as the argument of a command: the file, and what it does not say about itself.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use clap_complete::ArgValueCandidates;
use ssgctl::Error;
use ssgctl::error::{Fault, Faults, InputError, quoted};
use ssgctl::formats::camt053::read_camt053;
use ssgctl::formats::text_encoding::TextEncoding;
use ssgctl::import::bank_csv::{AmountSign, BANK_FIELDS, BankColumns, BankCsvOptions, read_bank_csv};
use ssgctl::import::price_list::DateOrder;
use ssgctl::model::Currency;
use ssgctl::model::invoice::BankStatement;

use crate::args::completion;
use crate::args::import::ColumnMap;
use crate::args::input;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// Formats of bank statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BankFormat {
    /// ISO 20022 XML, of any version
    Camt053,
    /// CSV with a header line
    Csv,
}

/// How the file of a bank is read.
#[derive(Debug, Args)]
#[group(id = "bank_file")]
pub(super) struct BankFileArgs {
    /// File of the bank; - is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Format of the file [default: recognised]
    #[arg(long, value_name = "FORMAT")]
    format: Option<BankFormat>,

    /// Encoding of the characters: utf-8, windows-1252 or iso-8859-1 [default: utf-8, or what XML declares]
    #[arg(long, value_name = "ENCODING")]
    encoding: Option<TextEncoding>,

    /// Currency of rows of CSV that have none
    #[arg(long, value_name = "CURRENCY", help_heading = "CSV", add = ArgValueCandidates::new(completion::units))]
    currency: Option<Currency>,

    /// Your own account, for the keys of payments, where CSV has no column for it
    #[arg(long, value_name = "NAME", help_heading = "CSV")]
    account: Option<String>,

    /// Order of day, month and year in dates such as 01/12/2026: dmy, mdy or ymd
    #[arg(long, value_name = "ORDER", help_heading = "CSV")]
    date_order: Option<DateOrder>,

    /// Sign before the decimals of amounts such as 1.234: point or comma
    #[arg(long, value_name = "SIGN", help_heading = "CSV")]
    decimal_sign: Option<AmountSign>,

    /// Read a column as this field; may be repeated
    ///
    /// The fields are date, amount (of money that came in), currency, `entry_id` (the bank's reference), payer,
    /// `payer_account`, reference (of the payer), text (may be several columns), state (such as pending), and `own_account`.
    #[arg(long, value_name = "COLUMN=FIELD", help_heading = "CSV")]
    map: Vec<ColumnMap>,

    /// Mapping in the configuration, [import.NAME], that --map adds to
    #[arg(long, value_name = "NAME", help_heading = "CSV")]
    from: Option<String>,
}

impl BankFileArgs {
    /// Reads the whole file, or fails.
    pub(super) fn read(&self, context: &Context) -> Result<BankStatement> {
        let bytes = input::read_bytes(&self.file)?;
        let bytes = self.encoding.unwrap_or(TextEncoding::Utf8).decode(&bytes);
        let begin = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).trim_ascii_start();
        let is_xml = begin.starts_with(b"<");
        let read = match self.format.unwrap_or(if is_xml { BankFormat::Camt053 } else { BankFormat::Csv }) {
            BankFormat::Camt053 => read_camt053(&*bytes).map_err(Faults::from),
            BankFormat::Csv => read_bank_csv(&bytes, &self.options(context)?),
        };
        read.map_err(|faults| {
            let hint = faults.first.first().and_then(|fault| self.hint(fault));
            Failure::of_file(&input::name(&self.file), faults).maybe_hint(hint)
        })
    }

    fn options(&self, context: &Context) -> Result<BankCsvOptions> {
        Ok(BankCsvOptions {
            columns: self.columns(context)?,
            currency: self.currency,
            account: self.account.clone().unwrap_or_default(),
            date_order: self.date_order,
            amount_sign: self.decimal_sign,
        })
    }

    /// The columns that are named by options or by the configuration.
    fn columns(&self, context: &Context) -> Result<Option<BankColumns>> {
        let saved = match &self.from {
            Some(name) => {
                let unknown = || Failure::usage(format!("--from: unknown mapping {}", quoted(name))).field("from");
                Some(&context.settings.imports.get(name).ok_or_else(unknown)?.map)
            }
            None => None,
        };
        if saved.is_none() && self.map.is_empty() {
            return Ok(None);
        }
        let mut columns = BankColumns::default();
        for (column, field) in saved.into_iter().flatten().chain(self.map.iter().map(|map| (&map.column, &map.field))) {
            if !BANK_FIELDS.contains(&field.as_str()) {
                return Err(Failure::usage(format!("unknown field {}", quoted(field)))
                    .field("map")
                    .hint(format!("the fields are {}", BANK_FIELDS.join(", "))));
            }
            columns.set(field, column.clone());
        }
        if columns.date.is_empty() || columns.amount.is_empty() {
            return Err(Failure::usage("--map must name the columns of date and amount").field("map"));
        }
        Ok(Some(columns))
    }

    /// What to add to the command for a file with this fault.
    fn hint(&self, fault: &Fault) -> Option<String> {
        let Error::Input { code, message } = &*fault.error else { return None };
        let hint = match code {
            InputError::BadEncoding if self.encoding.is_none() => "name its encoding, such as --encoding windows-1252",
            InputError::BadHeader => {
                "name the columns, such as --map 'Booking date=date' --map 'Amount=amount' --map 'Details=text'"
            }
            InputError::BadValue if message.ends_with("has no currency") => "name it with --currency",
            InputError::BadValue if message.contains("which sign is before decimals") => {
                "say which with --decimal-sign point or --decimal-sign comma"
            }
            InputError::BadValue if message.contains("say which with the order of dates") => {
                "say which with --date-order dmy or --date-order mdy"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
