//! Reads the payments received from the CSV file of a bank. Every bank has columns of its own: those of a few are known, the operator
//! names the others.

mod banks;
mod header;
mod values;

use std::io::BufRead;

use crate::error::{Error, Fault, Faults, InputError, quoted};
use crate::formats::bank_key::BankKeys;
use crate::formats::{InputRow, RecordReader};
use crate::import::price_list::DateOrder;
use crate::model::invoice::{BankEntry, BankStatement};
use crate::model::{Currency, Invalid, Money};

use values::{bank_amount, date};

pub use banks::{BANK_FIELDS, BANKS, KnownBank};
pub use values::AmountSign;

/// The columns of a bank's file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BankColumns {
    pub date: String,
    /// Negative amounts are outgoing payments. Banks with two columns have that of incoming money here.
    pub amount: String,
    /// The currency of each row, if it has a column.
    pub currency: Option<String>,
    /// The bank's own reference of the entry.
    pub entry_id: Option<String>,
    pub payer: Option<String>,
    pub payer_account: Option<String>,
    /// The structured reference of the payer.
    pub reference: Option<String>,
    /// Columns with what the payer wrote; their texts are joined.
    pub text: Vec<String>,
    /// Whether the entry is booked.
    pub state: Option<String>,
    /// Our own account, which makes keys unique.
    pub own_account: Option<String>,
}

/// What a file does not say about itself.
#[derive(Debug, Clone, Default)]
pub struct BankCsvOptions {
    /// The columns; otherwise those of a known bank.
    pub columns: Option<BankColumns>,
    /// The currency of rows without one.
    pub currency: Option<Currency>,
    /// Our own account, where the file has no column for it.
    pub account: String,
    pub date_order: Option<DateOrder>,
    pub amount_sign: Option<AmountSign>,
}

/// Reads a file, or reports all its faults. Lines before the header are skipped.
pub fn read_bank_csv(text: &[u8], options: &BankCsvOptions) -> Result<BankStatement, Faults> {
    refuse_other_encoding(text)?;
    let found = header::find(text, options)?;
    let mut reader = RowReader {
        columns: &found.columns,
        currency: options.currency.or_else(|| banks::currency_of_column(&found.columns.amount)),
        date_order: options.date_order.or(found.date_order),
        amount_sign: options.amount_sign,
        account: &options.account,
        keys: BankKeys::default(),
    };
    let records = RecordReader::open(&text[found.begin..]).map_err(|fault| later(fault, found.skipped))?;
    reader.read_all(records).map_err(|mut faults| {
        faults.first = faults.first.into_iter().map(|fault| later(fault, found.skipped)).collect();
        faults
    })
}

/// Refuses bytes that are not UTF-8, nor UTF-16 with a byte order mark. The header may come after lines that nobody reads.
fn refuse_other_encoding(text: &[u8]) -> Result<(), Fault> {
    let has_mark = text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]);
    let Some(error) = std::str::from_utf8(text).err().filter(|_| !has_mark) else { return Ok(()) };
    let before = &text[..error.valid_up_to()];
    let line = before.split(|byte| *byte == b'\n').count();
    Err(Fault::of_file(line as u64, 1, InputError::BadEncoding, "the line is not UTF-8 text"))
}

/// A fault of a text that follows some lines.
fn later(fault: Fault, lines: u64) -> Fault {
    Fault { line: fault.line + lines, ..fault }
}

struct RowReader<'o> {
    columns: &'o BankColumns,
    currency: Option<Currency>,
    date_order: Option<DateOrder>,
    amount_sign: Option<AmountSign>,
    account: &'o str,
    keys: BankKeys,
}

/// What a row reports.
enum BankRow {
    Received(BankEntry),
    Outgoing,
    Pending,
}

impl RowReader<'_> {
    fn read_all(&mut self, mut records: RecordReader<impl BufRead>) -> Result<BankStatement, Faults> {
        let (mut read, mut faults) = (BankStatement::default(), Faults::default());
        loop {
            let outcome = match records.next_row() {
                Ok(None) => break,
                Ok(Some(row)) => self.read(&row),
                Err(fault) => Err(fault),
            };
            match outcome {
                Ok(BankRow::Received(entry)) => read.entries.push(entry),
                Ok(BankRow::Outgoing) => read.outgoing += 1,
                Ok(BankRow::Pending) => read.pending += 1,
                Err(fault) => {
                    if !faults.add(fault) {
                        break;
                    }
                }
            }
        }
        if faults.count > 0 { Err(faults) } else { Ok(read) }
    }

    fn read(&mut self, row: &InputRow) -> Result<BankRow, Fault> {
        let columns = self.columns;
        let cell = |name: &str| row.cells().find(|(column, _)| *column == name).map(|(_, text)| text.trim().to_owned());
        let maybe = |name: &Option<String>| name.as_deref().and_then(cell).filter(|text| !text.is_empty());
        let wrong = |name: &str, text: &str, rule: Invalid| {
            let message = format!("{name}: {} {rule}", quoted(text));
            row.fault(name, Error::Input { code: InputError::BadValue, message })
        };
        if let Some((name, state)) = columns.state.as_deref().zip(maybe(&columns.state))
            && !banks::is_booked(&state).map_err(|rule| wrong(name, &state, rule))?
        {
            return Ok(BankRow::Pending);
        }
        let amount_text = cell(&columns.amount).unwrap_or_default();
        // Banks with a column for each direction leave one of them empty.
        if amount_text.is_empty() {
            return Ok(BankRow::Outgoing);
        }
        let amount =
            bank_amount(&amount_text, self.amount_sign).map_err(|rule| wrong(&columns.amount, &amount_text, rule))?;
        if amount <= Money::ZERO {
            return Ok(BankRow::Outgoing);
        }
        let date_text = cell(&columns.date).unwrap_or_default();
        let booked_on = date(&date_text, self.date_order).map_err(|rule| wrong(&columns.date, &date_text, rule))?;
        let currency = match (&columns.currency, maybe(&columns.currency)) {
            (Some(name), Some(code)) => code.parse().map_err(|rule| wrong(name, &code, rule))?,
            _ => self.currency.ok_or_else(|| {
                let rule = Invalid::rule("has no currency");
                wrong(&columns.amount, &amount_text, rule)
            })?,
        };
        let texts: Vec<String> =
            columns.text.iter().filter_map(|name| cell(name)).filter(|text| !text.is_empty()).collect();
        let mut entry = BankEntry {
            key: String::new(),
            is_returned: false,
            booked_on,
            currency,
            amount,
            payer: maybe(&columns.payer),
            payer_account: maybe(&columns.payer_account),
            reference: maybe(&columns.reference),
            text: texts.join(" "),
        };
        let own_account = maybe(&columns.own_account);
        let account = own_account.as_deref().unwrap_or(self.account);
        entry.key = self.keys.of(account, &entry, maybe(&columns.entry_id).as_deref());
        Ok(BankRow::Received(entry))
    }
}
