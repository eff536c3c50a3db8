//! Reads price lists: our own, those of gateways and carriers, and others by their columns.
//!
//! ```text
//! row ──▶ cells by field (`columns`) ──▶ destinations, price, time (`destination`, `price`, `effective`) ──▶ PriceListRow
//! ```
//!
//! A list is read as a whole, or refused with all its faults: a price that is missing or read wrongly is charged.

mod columns;
mod destination;
mod effective;
mod price;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::BufRead;

use crate::error::{Error, Fault, Faults, InputError, quoted};
use crate::formats::{InputRow, RecordReader};
use crate::import::IgnoredColumn;
use crate::import::left_out::LeftOut;
use crate::model::{EffectiveFrom, Invalid, Money, PlanBasis, PriceDestination, PriceListRow, Time, Unit, Zone};

pub use columns::{FIELDS, PriceColumns};
pub use effective::{DateOrder, effective};

use columns::{FieldColumns, PriceCells};
use price::PriceReader;

/// The time of a price that has always counted, as exports write it.
pub const BEGINNING: &str = "beginning";

/// What a list does not say about itself.
#[derive(Debug, Clone)]
pub struct PriceListOptions {
    /// The unit of the plan. Prices in another one are refused.
    pub unit: Unit,
    /// That of the plan: which column of a list with prices of both is read.
    pub basis: PlanBasis,
    /// From when all prices of the list count. A time in the list contradicts any but `Now`.
    pub effective: EffectiveFrom,
    /// From when a price counts whose time is not known otherwise.
    pub now: Time,
    /// The zone of times without one.
    pub zone: Zone,
    /// The order of day and month in dates that do not show it.
    pub date_order: Option<DateOrder>,
    pub columns: PriceColumns,
}

/// The prices of a list.
#[derive(Debug, Default)]
pub struct PriceList {
    /// One for each destination and time.
    pub prices: Vec<PriceListRow>,
    /// The number of rows.
    pub rows: u64,
    /// Columns that are not read although rows have a value there.
    pub left_out: Vec<IgnoredColumn>,
}

impl PriceList {
    /// From when all its prices count, if that is the same for all.
    pub fn common_time(&self) -> Option<Time> {
        let first = self.prices.first()?.effective;
        first.filter(|_| self.prices.iter().all(|listed| listed.effective == first))
    }
}

/// Reads a whole list, or reports all its faults.
pub fn price_list<R: BufRead>(rows: RecordReader<R>, options: PriceListOptions) -> Result<PriceList, Faults> {
    let mut list = ListReader::new(rows, options)?;
    let mut faults = Faults::default();
    loop {
        let read = match list.rows.next_row() {
            Ok(None) => break,
            Ok(Some(row)) => list.add(&row),
            Err(fault) => Err(fault),
        };
        if let Err(fault) = read
            && !faults.add(fault)
        {
            break;
        }
    }
    let ListReader { rows, found, left_out, .. } = list;
    let left_out = left_out.columns(&[], rows.columns());
    faults.unless_any(PriceList { left_out, ..found })
}

/// A list that is being read.
struct ListReader<R> {
    rows: RecordReader<R>,
    options: PriceListOptions,
    /// The columns of the file; of JSON, those of the last object.
    fields: FieldColumns,
    names: Vec<String>,
    prices: PriceReader,
    found: PriceList,
    /// The index of each destination and time in the prices.
    known: HashMap<(PriceDestination, Option<Time>), usize>,
    left_out: LeftOut,
}

impl<R: BufRead> ListReader<R> {
    fn new(rows: RecordReader<R>, mut options: PriceListOptions) -> Result<Self, Fault> {
        options.columns = options.columns.of_header(&rows)?;
        let (columns, names) = (options.columns.clone(), rows.columns().to_vec());
        Ok(Self {
            fields: columns.resolve(names.iter().map(String::as_str)),
            prices: PriceReader::new(rows.delimiter()),
            found: PriceList::default(),
            known: HashMap::new(),
            left_out: LeftOut::of(&names, move |column| columns.knows(column)),
            rows,
            options,
            names,
        })
    }

    fn add(&mut self, row: &InputRow) -> Result<(), Fault> {
        self.found.rows += 1;
        self.left_out.record(row, None);
        if self.rows.columns().is_empty() && !row.names().eq(self.names.iter().map(String::as_str)) {
            self.names = row.names().map(str::to_owned).collect();
            self.fields = self.options.columns.resolve(row.names());
            self.options.columns.check(&self.names).map_err(|fault| row.fault_of_all(*fault.error))?;
        }
        let cells = PriceCells { row, columns: &self.fields };
        refuse_unknown_terms(cells)?;
        let price = price(cells, &mut self.prices, &self.options)?;
        let effective = effective_of(cells, &self.options)?;
        let (line, column) = cells.position("effective");
        for destination in destination::destinations(cells)? {
            let listed = PriceListRow { line, column, destination, price, effective };
            match self.known.entry((listed.destination.clone(), effective)) {
                Entry::Vacant(entry) => {
                    entry.insert(self.found.prices.len());
                    self.found.prices.push(listed);
                }
                Entry::Occupied(entry) => {
                    let earlier = &self.found.prices[*entry.get()];
                    if earlier.price != listed.price {
                        return Err(two_prices(row, earlier, &listed));
                    }
                }
            }
        }
        Ok(())
    }
}

/// From when the price of a row counts.
fn effective_of(cells: PriceCells<'_>, options: &PriceListOptions) -> Result<Option<Time>, Fault> {
    let Some(text) = cells.text("effective") else {
        return Ok(options.effective.time(options.now));
    };
    if options.effective != EffectiveFrom::Now {
        let rule = Invalid::rule("contradicts the time that was given for all prices");
        return Err(cells.fault("effective", Error::invalid("effective", text, rule)));
    }
    if text.eq_ignore_ascii_case(BEGINNING) {
        return Ok(None);
    }
    effective(text, &options.zone, options.date_order)
        .map(Some)
        .map_err(|rule| cells.fault("effective", Error::invalid("effective", text, rule)))
}

/// The fault of a destination with two prices that count from the same time.
fn two_prices(row: &InputRow, earlier: &PriceListRow, listed: &PriceListRow) -> Fault {
    let text = |price: Option<Money>| price.map_or_else(|| "withdrawn".to_owned(), |price| price.to_string());
    let message = format!(
        "{} has two prices: {} on line {} and {} here",
        quoted(&listed.destination),
        text(earlier.price),
        earlier.line,
        text(listed.price)
    );
    row.fault_of_all(Error::Input { code: InputError::BadValue, message })
}

/// Refuses what the price of a row depends on, but no plan has.
fn refuse_unknown_terms(cells: PriceCells<'_>) -> Result<(), Fault> {
    if let Some(text) = cells.text("source_prefix").filter(|text| *text != "*") {
        return Err(cells.bad_value("source_prefix", text, &"is not supported: prices do not depend on the sender"));
    }
    Ok(())
}

/// The price of a row; `None` if it withdraws the price of its destination.
fn price(cells: PriceCells<'_>, prices: &mut PriceReader, options: &PriceListOptions) -> Result<Option<Money>, Fault> {
    if let Some(text) = cells.text("currency")
        && text.parse::<Unit>().ok() != Some(options.unit)
    {
        let rule = format!("is not the unit of the plan, {}", options.unit);
        return Err(cells.bad_value("currency", text, &rule));
    }
    let is_withdrawn = cells.text("change").is_some_and(|text| text.eq_ignore_ascii_case("withdrawn"));
    let mut money = |field: &'static str| {
        let Some(text) = cells.text(field) else { return Ok(None) };
        let price = prices.read(text, cells.row.line()).and_then(|price| options.unit.check(price));
        price.map(Some).map_err(|rule| cells.fault(field, Error::invalid(field, text, rule)))
    };
    let (submitted, delivered) = (money("price")?, money("price_delivered")?);
    let listed = match options.basis {
        // A list with one column of prices is in terms of the plan.
        _ if !cells.has("price_delivered") => submitted,
        PlanBasis::Submit if is_charged(delivered) => {
            return Err(other_basis(cells, ("price_delivered", "delivered"), submitted));
        }
        PlanBasis::Delivered if is_charged(submitted) => {
            return Err(other_basis(cells, ("price", "submitted"), delivered));
        }
        PlanBasis::Submit => submitted,
        PlanBasis::Delivered => delivered,
    };
    if is_rejected(cells)? {
        return Ok(None);
    }
    match (listed, is_withdrawn) {
        (Some(price), false) => Ok(Some(price)),
        (None, true) => Ok(None),
        (Some(_), true) => {
            let message = "the row has a price, but its change is `withdrawn`".to_owned();
            Err(cells.fault("price", Error::Input { code: InputError::BadValue, message }))
        }
        (None, false) => {
            let message = "price is needed; write 0 if messages are free".to_owned();
            Err(cells.fault("price", Error::Input { code: InputError::MissingValue, message }))
        }
    }
}

fn is_charged(price: Option<Money>) -> bool {
    price.is_some_and(|price| price != Money::ZERO)
}

/// The fault of a price that is not charged on the basis of the plan. `own` is the price that is.
fn other_basis(cells: PriceCells<'_>, (field, basis): (&'static str, &str), own: Option<Money>) -> Fault {
    let text = cells.text(field).unwrap_or_default();
    if is_charged(own) {
        let rule = "is charged in addition to the other price; a message has one price";
        return cells.bad_value(field, text, &rule);
    }
    let rule = format!("is for messages that are {basis}, which the plan does not charge; choose a plan of that basis");
    cells.bad_value(field, text, &rule)
}

/// Whether the carrier rejects messages to the destination of a row, so that there is no price.
fn is_rejected(cells: PriceCells<'_>) -> Result<bool, Fault> {
    let Some(text) = cells.text("rejected") else { return Ok(false) };
    match text.to_ascii_lowercase().as_str() {
        "yes" | "y" | "true" | "1" | "x" | "reject" | "rejected" | "blocked" => Ok(true),
        "no" | "n" | "false" | "0" | "-" => Ok(false),
        _ => Err(cells.bad_value("rejected", text, &"must be yes or no")),
    }
}
