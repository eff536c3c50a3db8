//! Parses a row of a traffic file into a message.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::str::FromStr;

use jiff::tz::TimeZone;

use crate::error::{Error, Fault, InputError, quoted};
use crate::formats::csv::NextRecord;
use crate::formats::csv::Record;
use crate::formats::csv::Records;
use crate::formats::row::unguarded;
use crate::model::{EntityKind, Invalid, Message, MessageState, Money, Unit, day_of, not_in_calendar};
use crate::store::Snapshot;
use crate::traffic::account_index::AccountIndex;
use crate::traffic::dialects::{StateWordCache, Times, TrafficDialect, place};
use crate::traffic::timestamps::moment;

/// What decides the meaning of rows in addition to their text.
#[derive(Debug, Clone)]
pub struct ParseOptions {
    /// The dialect; `None` to detect it by the header.
    pub dialect: Option<&'static TrafficDialect>,
    /// The time zone of timestamps without one.
    pub zone: TimeZone,
    /// The account of all rows, if the file does not name it.
    pub account: Option<String>,
    /// The column that names the account, instead of the dialect's own.
    pub key_column: Option<String>,
    /// Additional words for states, in lower case.
    pub words: BTreeMap<String, MessageState>,
    /// Whether any other word means `unknown`.
    pub takes_any_word: bool,
    /// Whether prices in the file are ignored.
    pub ignores_prices: bool,
}

/// The meaning of a row.
#[derive(Debug)]
pub(crate) enum ParsedRow {
    Message(Message),
    /// A message that was rejected before it got an ID.
    Rejected,
    /// Something other than a message to a handset.
    Other,
}

/// The rows of a file.
pub(crate) struct RowParser<R> {
    pub(crate) records: Records<R>,
    pub(crate) interpreter: RowInterpreter,
}

/// How to parse a row.
#[derive(Clone)]
pub(crate) struct RowInterpreter {
    pub(crate) dialect: &'static TrafficDialect,
    options: ParseOptions,
    columns: Columns,
    state_words: StateWordCache,
    /// Messages before this day were pruned.
    pruned_before: Option<i32>,
    /// Whether a timestamp had no time zone.
    pub(crate) met_naive_time: bool,
    totals: Totals,
}

/// Totals of the messages of a file.
#[derive(Debug, Default, Clone, Copy)]
struct Totals {
    parts: i64,
    /// In units of 1e-8; `None` without prices. 128 bits hold the sum of any file.
    prices: Option<i128>,
}

/// The positions of the columns.
#[derive(Clone)]
struct Columns {
    id: usize,
    account: Option<usize>,
    time: usize,
    destination: usize,
    state: Option<usize>,
    parts: Option<usize>,
    price: Option<usize>,
    part_price: Option<usize>,
    currency: Option<usize>,
    only: Option<(usize, &'static str)>,
}

impl<R: BufRead> RowParser<R> {
    /// Begins to read, and finds the columns.
    pub(crate) fn open(records: Records<R>, options: ParseOptions, pruned_before: Option<i32>) -> Result<Self, Fault> {
        let dialect = match options.dialect {
            Some(dialect) => dialect,
            None => TrafficDialect::of(records.columns())?,
        };
        let columns = Columns::of(records.columns(), dialect, &options)?;
        let interpreter = RowInterpreter {
            dialect,
            options,
            columns,
            state_words: StateWordCache::default(),
            pruned_before,
            met_naive_time: false,
            totals: Totals::default(),
        };
        Ok(Self { records, interpreter })
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        self.records.columns()
    }
}

impl Columns {
    fn of(columns: &[String], dialect: &TrafficDialect, options: &ParseOptions) -> Result<Self, Fault> {
        let optional = |name: &str| if name.is_empty() { None } else { place(columns, name) };
        let needed = |name: &str| {
            optional(name).ok_or_else(|| {
                let has = quoted(columns.join(","));
                TrafficDialect::refused(&format!(
                    "a file of {} needs a column {}; the header has {has}",
                    dialect.name,
                    quoted(name)
                ))
            })
        };
        let account = options.key_column.as_deref().unwrap_or(dialect.account);
        Ok(Self {
            id: needed(dialect.id)?,
            account: if options.account.is_some() { None } else { Some(needed(account)?) },
            time: needed(dialect.time)?,
            destination: needed(dialect.destination)?,
            state: optional(dialect.state),
            parts: optional(dialect.parts),
            price: optional(dialect.price),
            part_price: optional(dialect.part_price),
            currency: optional(dialect.currency),
            only: dialect.only.map(|(column, value)| Ok((needed(column)?, value))).transpose()?,
        })
    }
}

/// A field of a record.
#[derive(Clone, Copy)]
struct Field<'a> {
    record: Record<'a>,
    index: usize,
    name: &'static str,
}

impl<'a> Field<'a> {
    #[inline]
    fn text(self) -> &'a str {
        let text = self.record.field(self.index);
        match text.as_bytes() {
            // Most fields have nothing to trim; this test is cheaper than trimming.
            [] => text,
            [only] if only.is_ascii_alphanumeric() => text,
            [first, .., last] if *first != b'\'' && first.is_ascii_graphic() && last.is_ascii_graphic() => text,
            _ => unguarded(text.trim()),
        }
    }

    fn fault(self, error: Error) -> Fault {
        let place = self.record.place(self.index);
        Fault::of_row(place.line, place.column, error)
    }

    fn invalid(self, rule: Invalid) -> Fault {
        self.fault(Error::invalid(self.name, self.text(), rule))
    }

    fn missing(self) -> Fault {
        self.fault(Error::Input { code: InputError::MissingValue, message: format!("{} is needed", self.name) })
    }

    fn parsed<T: FromStr<Err = Invalid>>(self) -> Result<T, Fault> {
        let text = self.text();
        if text.is_empty() {
            return Err(self.missing());
        }
        text.parse().map_err(|rule| self.invalid(rule))
    }
}

impl RowInterpreter {
    /// The next row: its line, and its meaning or fault.
    pub(crate) fn next(
        &mut self,
        records: &mut impl NextRecord,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
    ) -> Option<(u64, Result<ParsedRow, Fault>)> {
        match records.next_record() {
            Ok(None) => None,
            Ok(Some(record)) => Some((record.line(), self.read(&record, account_index, snapshot))),
            Err(fault) => Some((fault.line, Err(fault))),
        }
    }

    /// Adds what another parser learned from other rows of the file.
    pub(crate) fn learn_from(&mut self, other: &Self) {
        self.met_naive_time |= other.met_naive_time;
        self.totals.parts += other.totals.parts;
        if let Some(prices) = other.totals.prices {
            *self.totals.prices.get_or_insert_default() += prices;
        }
    }

    /// The sum of the prices of all messages.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the sum exceeds any balance.
    pub(crate) fn prices(&self) -> Result<Option<Money>, Error> {
        let overflow = |_| Error::Overflow { what: "the sum of the prices" };
        self.totals.prices.map(|e8| i64::try_from(e8).map(Money::from_e8).map_err(overflow)).transpose()
    }

    /// The parts of all messages.
    pub(crate) fn parts(&self) -> i64 {
        self.totals.parts
    }

    fn read(
        &mut self,
        record: &Record<'_>,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
    ) -> Result<ParsedRow, Fault> {
        let (columns, dialect) = (&self.columns, self.dialect);
        let field = |index, name| Field { record: *record, index, name };
        if let Some((index, beginning)) = columns.only {
            let text = record.field(index).trim();
            if !text.get(..beginning.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(beginning)) {
                return Ok(ParsedRow::Other);
            }
        }
        let (id, time) = (field(columns.id, dialect.id), field(columns.time, dialect.time));
        let (destination, account) = (field(columns.destination, dialect.destination), columns.account);
        let (parts, prices) = (columns.parts, [columns.price, columns.part_price, columns.currency]);
        let state = match columns.state {
            Some(index) => self.state(field(index, dialect.state))?,
            None => MessageState::Pending,
        };
        if !state.is_sent() && (id.text().is_empty() || time.text().is_empty()) {
            return Ok(ParsedRow::Rejected);
        }
        let seconds = self.seconds(time)?;
        let day = i32::try_from(seconds.div_euclid(86_400)).map_err(|_| time.missing())?;
        if let Some(before) = self.pruned_before.filter(|before| day < *before) {
            let rule = format!(
                "is before {}, up to which messages were pruned, so it may have been charged already",
                day_of(before)
            );
            return Err(time.invalid(Invalid::rule(rule)));
        }
        let place = self.place(account.map(|index| field(index, dialect.account)), id, account_index, snapshot)?;
        let parts = parts.map_or(Ok(1), |index| parts_of(field(index, dialect.parts)))?;
        self.totals.parts += i64::from(parts);
        let message = Message {
            day,
            id: id.parsed()?,
            account_id: account_index.account_price(place).account_id,
            second: u32::try_from(seconds.rem_euclid(86_400)).unwrap_or_default(),
            state,
            destination: destination.parsed()?,
            parts,
            price: self.price(prices, parts, || account_index.account_price(place).unit, record)?,
        };
        account_index.note(place, day);
        Ok(ParsedRow::Message(message))
    }

    fn state(&mut self, field: Field<'_>) -> Result<MessageState, Fault> {
        let (word, options, dialect) = (field.text(), &self.options, self.dialect);
        let state = self.state_words.state_of(word, || {
            let parsed = options.words.get(&word.to_ascii_lowercase()).copied();
            let any = options.takes_any_word.then_some(MessageState::Unknown);
            parsed.or_else(|| dialect.state_of(word)).or(any)
        });
        match state {
            Some(state) => Ok(state),
            None if word.is_empty() => Err(field.missing()),
            None => Err(field.invalid(Invalid::rule("is not a known state"))),
        }
    }

    fn seconds(&mut self, field: Field<'_>) -> Result<i64, Fault> {
        let text = field.text();
        if text.is_empty() {
            return Err(field.missing());
        }
        // Between 1970 and 2200; no message was sent at any other time.
        let in_range = |seconds: &i64| (0..7_258_118_400).contains(seconds);
        if self.dialect.times == Times::Epoch {
            return text.parse().ok().filter(in_range).ok_or_else(|| {
                field.invalid(Invalid::rule("must be a time in seconds since 1970, such as 1795531001"))
            });
        }
        if let Some(moment) = moment(text, &self.options.zone).filter(|moment| in_range(&moment.seconds)) {
            self.met_naive_time |= !moment.has_zone;
            return Ok(moment.seconds);
        }
        let rule = || Invalid::rule("must be a time such as 2026-11-24T14:36:41Z");
        Err(field.invalid(not_in_calendar(text).unwrap_or_else(rule)))
    }

    /// The index of the account that the row names.
    fn place(
        &self,
        field: Option<Field<'_>>,
        id: Field<'_>,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
    ) -> Result<usize, Fault> {
        let name = match (&self.options.account, field) {
            (Some(name), _) => name.as_str(),
            (None, Some(field)) if !field.text().is_empty() => field.text(),
            (None, field) => return Err(field.unwrap_or(id).missing()),
        };
        let field = field.unwrap_or(id);
        match account_index.find(name, snapshot).map_err(|error| Fault { ends_file: true, ..field.fault(error) })? {
            Some(place) => Ok(place),
            None => {
                Err(field.fault(Error::NotFound { entity: EntityKind::Smpp, name: name.to_owned(), nearest: None }))
            }
        }
    }

    /// The price of the message in the file, if its account is charged in a currency.
    fn price(
        &mut self,
        [price, part_price, currency]: [Option<usize>; 3],
        parts: u16,
        unit: impl FnOnce() -> Unit,
        record: &Record<'_>,
    ) -> Result<Option<Money>, Fault> {
        let field = |index: Option<usize>, name| {
            index.map(|index| Field { record: *record, index, name }).filter(|field| !field.text().is_empty())
        };
        if self.options.ignores_prices {
            return Ok(None);
        }
        let (whole, of_part) = (field(price, self.dialect.price), field(part_price, self.dialect.part_price));
        let Some(parsed) = whole.or(of_part) else { return Ok(None) };
        let price = self.amount(parsed)?;
        let price = if whole.is_some() { Some(price) } else { price.checked_mul(parts.into()) };
        let price = price.ok_or_else(|| parsed.fault(Error::Overflow { what: "the price" }))?;
        *self.totals.prices.get_or_insert_default() += i128::from(price.e8());
        let unit = unit();
        if unit == Unit::Sms {
            return Ok(None);
        }
        match field(currency, self.dialect.currency) {
            Some(currency) if !currency.text().eq_ignore_ascii_case(unit.code()) => {
                let rule = format!("is not {unit}, in which the account is charged; prices can be ignored");
                Err(currency.invalid(Invalid::rule(rule)))
            }
            _ => Ok(Some(price)),
        }
    }

    fn amount(&self, field: Field<'_>) -> Result<Money, Fault> {
        let amount: Money = field.parsed()?;
        let amount =
            if self.dialect.prices_are_negative && amount < Money::ZERO { amount.checked_neg() } else { Some(amount) };
        amount
            .filter(|amount| *amount >= Money::ZERO)
            .ok_or_else(|| field.invalid(Invalid::rule("must not be negative")))
    }
}

/// The number of parts. Empty or zero, for gateways that do not know it, counts as one.
fn parts_of(field: Field<'_>) -> Result<u16, Fault> {
    match field.text() {
        "" | "0" | "1" => Ok(1),
        text => text
            .parse()
            .ok()
            .filter(|parts| (1..=255).contains(parts))
            .ok_or_else(|| field.invalid(Invalid::rule("must be a number of parts from 1 to 255"))),
    }
}
