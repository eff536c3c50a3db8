//! The files of banks whose columns are known, and the words of banks for what is booked.

use crate::import::bank_csv::BankColumns;
use crate::import::price_list::DateOrder;
use crate::model::{Currency, Invalid};

/// The columns of a bank's file, by its own names.
#[derive(Debug)]
pub struct KnownBank {
    pub name: &'static str,
    /// The fields of the columns. `(*)` at the end of a name stands for any currency, as in `Amount (GBP)`.
    columns: &'static [(&'static str, &'static str)],
    /// Columns that older or newer files do not have.
    optional: &'static [&'static str],
    date_order: Option<DateOrder>,
}

/// What a column can be read as.
pub const BANK_FIELDS: &[&str] =
    &["date", "amount", "currency", "entry_id", "payer", "payer_account", "reference", "text", "state", "own_account"];

/// The banks whose files are recognised by their header.
pub const BANKS: &[KnownBank] = &[
    KnownBank {
        name: "wise",
        columns: &[
            ("TransferWise ID", "entry_id"),
            ("Date", "date"),
            ("Amount", "amount"),
            ("Currency", "currency"),
            ("Description", "text"),
            ("Payment Reference", "text"),
            ("Payer Name", "payer"),
        ],
        optional: &[],
        date_order: Some(DateOrder::DayFirst),
    },
    KnownBank {
        name: "revolut",
        columns: &[
            ("Date completed (UTC)", "date"),
            ("ID", "entry_id"),
            ("State", "state"),
            ("Description", "text"),
            ("Reference", "text"),
            ("Payer", "payer"),
            ("Payment currency", "currency"),
            ("Amount", "amount"),
        ],
        optional: &["State", "Payer"],
        date_order: None,
    },
    KnownBank {
        name: "starling",
        columns: &[
            ("Date", "date"),
            ("Counter Party", "payer"),
            ("Reference", "text"),
            ("Type", "type"),
            ("Amount (*)", "amount"),
        ],
        optional: &[],
        date_order: Some(DateOrder::DayFirst),
    },
    KnownBank {
        name: "sparkasse",
        columns: &[
            ("Auftragskonto", "own_account"),
            ("Buchungstag", "date"),
            ("Verwendungszweck", "text"),
            ("Kundenreferenz (End-to-End)", "text"),
            ("Beguenstigter/Zahlungspflichtiger", "payer"),
            ("Kontonummer/IBAN", "payer_account"),
            ("Betrag", "amount"),
            ("Waehrung", "currency"),
            ("Info", "state"),
        ],
        optional: &[],
        date_order: Some(DateOrder::DayFirst),
    },
];

impl KnownBank {
    /// The columns of a file with this header, if it is one of the bank.
    pub(super) fn columns_of(&self, header: &[String]) -> Option<(BankColumns, Option<DateOrder>)> {
        let mut columns = BankColumns::default();
        for (name, field) in self.columns {
            match header.iter().find(|column| is_named(column, name)) {
                Some(column) => columns.set(field, column.clone()),
                None if self.optional.contains(name) => {}
                None => return None,
            }
        }
        Some((columns, self.date_order))
    }
}

fn is_named(column: &str, name: &str) -> bool {
    match name.strip_suffix("(*)") {
        Some(begin) => column.starts_with(begin) && currency_of_column(column).is_some(),
        None => column == name,
    }
}

/// The currency in the name of a column, such as `Amount (GBP)`.
pub(super) fn currency_of_column(column: &str) -> Option<Currency> {
    Currency::from_code(column.strip_suffix(')')?.rsplit_once('(')?.1)
}

impl BankColumns {
    /// Reads a column of the file as a field.
    pub fn set(&mut self, field: &str, column: String) {
        match field {
            "date" => self.date = column,
            "amount" => self.amount = column,
            "currency" => self.currency = Some(column),
            "entry_id" => self.entry_id = Some(column),
            "payer" => self.payer = Some(column),
            "payer_account" => self.payer_account = Some(column),
            "reference" => self.reference = Some(column),
            "text" => self.text.push(column),
            "state" => self.state = Some(column),
            "own_account" => self.own_account = Some(column),
            // A column that only recognises the bank.
            _ => {}
        }
    }

    /// The columns that the file must have.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let optional = [
            &self.currency,
            &self.entry_id,
            &self.payer,
            &self.payer_account,
            &self.reference,
            &self.state,
            &self.own_account,
        ];
        let named = [&self.date, &self.amount].into_iter().chain(optional.into_iter().flatten()).chain(&self.text);
        named.map(String::as_str)
    }
}

/// Whether the word of a bank for the state of an entry means that it is booked.
pub(super) fn is_booked(word: &str) -> Result<bool, Invalid> {
    const BOOKED: &[&str] =
        &["booked", "book", "completed", "settled", "posted", "cleared", "umsatz gebucht", "gebucht"];
    const NOT_BOOKED: &[&str] = &[
        "pending",
        "pdng",
        "reverted",
        "declined",
        "failed",
        "cancelled",
        "canceled",
        "umsatz vorgemerkt",
        "vorgemerkt",
        "umsatz vorgemerkt und nicht gebucht",
    ];
    let word = word.to_lowercase();
    match (BOOKED.contains(&&*word), NOT_BOOKED.contains(&&*word)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(Invalid::rule("is not a known word for booked or pending")),
    }
}
