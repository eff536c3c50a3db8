//! Parses a row of a traffic file into a message.

use std::io::BufRead;

use foldhash::HashMap;

use crate::error::{Error, Fault};
use crate::formats::csv::{NextRecord, Quoting, Record, Records};
use crate::model::{
    EntityKind, Invalid, Message, MessageId, MessageState, MobileNetwork, Money, PriceDispute, Unit, canonical_network,
    not_in_calendar,
};
use crate::store::Snapshot;
use crate::traffic::account_index::AccountIndex;
use crate::traffic::columns::{self, ColumnPlaces, UnreadColumn, ignored};
use crate::traffic::dialects::{Times, TrafficDialect};
use crate::traffic::disputes::{DisputedRow, not_that_of_plan};
use crate::traffic::field::RowField;
use crate::traffic::parse_options::ParseOptions;
use crate::traffic::receipts::NO_ACCOUNT;
use crate::traffic::state_words::StateWordCache;
use crate::traffic::time_limits::TimeLimits;
use crate::traffic::timestamps::moment;

/// The meaning of a row.
#[derive(Debug)]
pub(crate) enum ParsedRow {
    Message(Message),
    /// A report about an earlier message, with the time of the report.
    Receipt(Message),
    /// A message whose price may be wrong.
    Disputed(Box<DisputedRow>),
    /// A message that was rejected before it got an ID.
    Rejected,
    /// Something other than a message to a handset.
    Other,
}

/// The rows of a file.
pub(crate) struct RowParser<R> {
    pub(crate) records: Records<R>,
    /// The columns that nothing is read from.
    pub(crate) ignored: Vec<UnreadColumn>,
    pub(crate) interpreter: RowInterpreter,
}

/// How to parse a row.
#[derive(Clone)]
pub(crate) struct RowInterpreter {
    pub(crate) dialect: &'static TrafficDialect,
    options: ParseOptions,
    columns: ColumnPlaces,
    state_words: StateWordCache,
    /// Networks of the file in the form that prices have them.
    networks: HashMap<MobileNetwork, MobileNetwork>,
    limits: TimeLimits,
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

impl<R: BufRead> RowParser<R> {
    /// Begins to read, and finds the columns.
    pub(crate) fn open(mut records: Records<R>, options: ParseOptions, limits: TimeLimits) -> Result<Self, Fault> {
        let dialect = match options.dialect {
            Some(dialect) => dialect,
            None => TrafficDialect::of(records.columns())?,
        };
        if dialect.is_database_table {
            records.assume(Quoting::None);
        }
        // Texts of messages may have any bytes, and are not read.
        records.take_any_bytes();
        records.header().reject_duplicates(|column| columns::is_read(column, dialect, &options))?;
        let columns = ColumnPlaces::of(records.columns(), dialect, &options)?;
        let ignored = ignored(records.columns(), dialect, &options);
        columns::refuse_misspelt(&ignored, &options)?;
        let interpreter = RowInterpreter {
            dialect,
            options,
            columns,
            state_words: StateWordCache::default(),
            networks: HashMap::default(),
            limits,
            met_naive_time: false,
            totals: Totals::default(),
        };
        Ok(Self { records, ignored, interpreter })
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        self.records.columns()
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
        if let Some(kind) = columns.other_kind(record) {
            let receipt = columns.receipt.filter(|(_, value)| kind.eq_ignore_ascii_case(value));
            return receipt
                .map_or(Ok(ParsedRow::Other), |(index, _)| self.receipt(index, record, account_index, snapshot));
        }
        let field = |index, name| RowField::new(*record, index, name);
        let (id, time) = (field(columns.id, columns.id_name), field(columns.time, dialect.time));
        let (destination, id_text) =
            (field(columns.destination, dialect.destination), columns.id_text(*record, dialect));
        if dialect.has_other_channels && destination.text().contains(':') {
            return Ok(ParsedRow::Other);
        }
        let prices = [columns.price, columns.part_price, columns.currency];
        let price_column = columns.price.or(columns.part_price);
        let state = match columns.state {
            Some(index) => self.state(field(index, dialect.state))?,
            None => MessageState::Pending,
        };
        if !state.is_sent() && (id_text.is_empty() || time.text().is_empty()) {
            return Ok(ParsedRow::Rejected);
        }
        if state == MessageState::Pending && dialect.waits_without_time && time.text().is_empty() {
            return Ok(ParsedRow::Other);
        }
        let seconds = self.seconds(time)?;
        let day = i32::try_from(seconds.div_euclid(86_400)).map_err(|_| time.missing())?;
        if let Some(rule) = self.limits.pruned(day) {
            return Err(time.invalid(rule));
        }
        let place = self.place(record, account_index, snapshot)?;
        let parts = self.columns.parts_in(*record, dialect)?;
        self.totals.parts += i64::from(parts);
        let unit = account_index.unit_at(place, seconds);
        let mut message = Message {
            day,
            id: self.id(id, &id_text)?,
            account_id: account_index.account_id(place),
            second: u32::try_from(seconds.rem_euclid(86_400)).unwrap_or_default(),
            state,
            destination: destination.parsed()?,
            parts,
            price: self.price(prices, parts, unit, record)?,
            network: self.network(record)?,
        };
        let settled = if self.options.is_compared { Ok(None) } else { account_index.prices().settle(&mut message) };
        let disputed = settled.map_err(|_| destination.fault(account_index.unpriced(place, &message)))?;
        if let (Some(PriceDispute { in_file, expected }), Some(index)) = (disputed, price_column) {
            let fault = field(index, "price").invalid(not_that_of_plan(expected));
            let (line, fields) = (record.line(), Vec::new());
            return Ok(ParsedRow::Disputed(Box::new(DisputedRow { message, in_file, line, fault, fields })));
        }
        account_index.note(place, day);
        Ok(ParsedRow::Message(message))
    }

    /// A row that reports what became of a message; `index` is the column with Kannel's type of report.
    fn receipt(
        &mut self,
        index: usize,
        record: &Record<'_>,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
    ) -> Result<ParsedRow, Fault> {
        let field = |index, name| RowField::new(*record, index, name);
        let id = field(self.columns.id, self.columns.id_name);
        let text = self.columns.id_in(id);
        if text.is_empty() {
            return Ok(ParsedRow::Other);
        }
        let kind = field(index, "dlr_mask");
        let state = match kind.text() {
            "1" => MessageState::Delivered,
            "2" => MessageState::Undeliverable,
            "4" | "8" => MessageState::Pending,
            "16" => MessageState::Rejected,
            _ => return Err(kind.invalid(Invalid::rule("must be 1, 2, 4, 8 or 16, a type of report"))),
        };
        let time = field(self.columns.time, self.dialect.time);
        let seconds = self.seconds(time)?;
        let account = self.account_of_receipt(record, account_index, snapshot)?;
        Ok(ParsedRow::Receipt(Message {
            day: i32::try_from(seconds.div_euclid(86_400)).map_err(|_| time.missing())?,
            id: self.id(id, text)?,
            account_id: account.map_or(NO_ACCOUNT, |place| account_index.account_id(place)),
            second: u32::try_from(seconds.rem_euclid(86_400)).unwrap_or_default(),
            state,
            destination: field(self.columns.destination, self.dialect.destination).parsed()?,
            parts: 1,
            price: None,
            network: None,
        }))
    }

    /// The index of the account whose message a report may be about. In a row of a report, Kannel's `account` is mostly the user
    /// name at the SMSC, so the other column goes before it, and neither must name an account.
    fn account_of_receipt(
        &self,
        record: &Record<'_>,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
    ) -> Result<Option<usize>, Fault> {
        if self.options.account.is_some() {
            return self.place(record, account_index, snapshot).map(Some);
        }
        let [first, other] = self.columns.accounts;
        for index in [other, first].into_iter().flatten() {
            let field = RowField::new(*record, index, self.dialect.account);
            let found = account_index.find(field.verbatim(), snapshot).map_err(|error| field.fault(error))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The mobile network of the destination, if the file names it.
    fn network(&mut self, record: &Record<'_>) -> Result<Option<MobileNetwork>, Fault> {
        let Some((index, name)) = self.columns.network else { return Ok(None) };
        let network = RowField::new(*record, index, name).network(name)?;
        Ok(network.map(|network| *self.networks.entry(network).or_insert_with(|| canonical_network(network))))
    }

    /// The message ID in a text of its field.
    fn id(&self, field: RowField<'_>, text: &str) -> Result<MessageId, Fault> {
        let folds_case = self.options.ignores_hex_case || self.dialect.ignores_hex_case;
        if folds_case && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return field.parsed_from(&text.to_ascii_lowercase());
        }
        field.parsed_from(text)
    }

    fn state(&mut self, field: RowField<'_>) -> Result<MessageState, Fault> {
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

    fn seconds(&mut self, field: RowField<'_>) -> Result<i64, Fault> {
        let text = field.text();
        if text.is_empty() {
            return Err(field.missing());
        }
        let seconds = if self.dialect.times == Times::Epoch {
            text.parse().map_err(|_| Invalid::rule("must be a time in seconds since 1970, such as 1795531001"))
        } else {
            let moment = moment(text, &self.options.zone);
            self.met_naive_time |= moment.is_some_and(|moment| !moment.has_zone);
            let rule = || Invalid::rule("must be a time such as 2026-11-24T14:36:41Z");
            moment.map(|moment| moment.seconds).ok_or_else(|| not_in_calendar(text).unwrap_or_else(rule))
        };
        let seconds = seconds.map_err(|rule| field.invalid(rule))?;
        match self.limits.broken_by(seconds) {
            None => Ok(seconds),
            Some(rule) => Err(field.invalid(rule)),
        }
    }

    /// The index of the account of the row.
    fn place(
        &self,
        record: &Record<'_>,
        account_index: &mut AccountIndex,
        snapshot: Option<&Snapshot<'_>>,
    ) -> Result<usize, Fault> {
        let (columns, dialect) = (&self.columns, self.dialect);
        let places = columns.accounts.into_iter().zip([dialect.account, dialect.account_else]);
        let mut fields = places.filter_map(|(index, name)| Some(RowField::new(*record, index?, name)));
        let mut find = |name: &str, field: RowField<'_>| {
            account_index.find(name, snapshot).map_err(|error| Fault { ends_file: true, ..field.fault(error) })
        };
        let not_found = |name: &str| Error::NotFound { entity: EntityKind::Smpp, name: name.to_owned(), nearest: None };
        let mut named = fields.clone().find(|field| !field.text().is_empty());
        if named.is_none() {
            // An account may be called like a word for no value.
            for field in fields.by_ref().filter(|field| !field.verbatim().is_empty()) {
                if find(field.verbatim(), field)?.is_some() {
                    named = Some(field);
                    break;
                }
            }
        }
        let id = RowField::new(*record, columns.id, columns.id_name);
        let Some(given) = &self.options.account else {
            let field = named.ok_or_else(|| {
                let first = columns.accounts.into_iter().flatten().next();
                first.map_or(id, |index| RowField::new(*record, index, dialect.account)).missing()
            })?;
            let name = field.verbatim();
            return find(name, field)?.ok_or_else(|| field.fault(not_found(name)));
        };
        let place = find(given, id)?.ok_or_else(|| id.fault(not_found(given)))?;
        if let Some(field) = named.filter(|_| !self.options.override_account) {
            let its_own = find(field.verbatim(), field)?;
            if its_own != Some(place) && (its_own.is_some() || dialect.names_accounts) {
                let (account, found) = (given.clone(), field.verbatim().to_owned());
                let error = Error::OtherAccount { account, found };
                return Err(Fault { ends_file: true, ..field.fault(error) });
            }
        }
        Ok(place)
    }

    /// The price of the message in the file, if its account is charged in a currency.
    fn price(
        &mut self,
        [price, part_price, currency]: [Option<usize>; 3],
        parts: u16,
        unit: Option<Unit>,
        record: &Record<'_>,
    ) -> Result<Option<Money>, Fault> {
        let field = |index: Option<usize>, name| {
            index.map(|index| RowField::new(*record, index, name)).filter(|field| !field.text().is_empty())
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
        let Some(unit) = unit.filter(|unit| *unit != Unit::Sms) else { return Ok(None) };
        match field(currency, self.dialect.currency) {
            Some(currency) if !currency.text().eq_ignore_ascii_case(unit.code()) => {
                let rule = format!("is not {unit}, in which the account is charged; prices can be ignored");
                Err(currency.invalid(Invalid::rule(rule)))
            }
            _ => Ok(Some(price)),
        }
    }

    fn amount(&self, field: RowField<'_>) -> Result<Money, Fault> {
        let amount = field.amount(self.dialect.takes_exponents)?;
        let amount =
            if self.dialect.prices_are_negative && amount < Money::ZERO { amount.checked_neg() } else { Some(amount) };
        amount
            .filter(|amount| *amount >= Money::ZERO)
            .ok_or_else(|| field.invalid(Invalid::rule("must not be negative")))
    }
}
