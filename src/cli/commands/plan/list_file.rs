//! A price list as the argument of a command: the file, and what it does not say about itself.

use std::path::Path;

use clap::Args;
use ssgctl::Error;
use ssgctl::error::{Faults, InputError, quoted};
use ssgctl::formats::RecordReader;
use ssgctl::import::price_list::{DateOrder, FIELDS, PriceColumns, PriceList, PriceListOptions, price_list};
use ssgctl::model::{EffectiveFrom, Plan, PlanBasis, Time, Unit, Zone};
use ssgctl::store::Clock;

use crate::args::effective::EffectiveArgs;
use crate::args::import::{ColumnMap, ExpectArgs};
use crate::args::input;
use crate::args::input::ImportInput;
use crate::args::quoting::QuotingArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};

/// How a price list is read.
#[derive(Debug, Args)]
#[group(id = "price_list")]
pub(super) struct ListArgs {
    #[command(flatten)]
    pub(super) effective: EffectiveArgs,

    /// Order of day, month and year in dates such as 01/12/2026: dmy, mdy or ymd
    #[arg(long, value_name = "ORDER")]
    date_order: Option<DateOrder>,

    /// Read a column of the file as this field; may be repeated
    #[arg(long, value_name = "COLUMN=FIELD", help_heading = "Columns")]
    map: Vec<ColumnMap>,

    /// Ignore a column of the file; may be repeated
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    ignore: Vec<String>,

    #[command(flatten)]
    quoting: QuotingArgs,

    #[command(flatten)]
    expect: ExpectArgs,
}

impl ListArgs {
    /// Reads the list for a plan; `-` is stdin.
    pub(super) fn read(&self, file: &Path, (unit, basis): (Unit, PlanBasis), context: &Context) -> Result<PriceList> {
        let name = input::name(file);
        let ImportInput { input, meter, .. } = input::open_to_import(file, self.expect.needs_checksum())?;
        let options = PriceListOptions {
            unit,
            basis,
            effective: self.effective.resolve(context)?,
            now: Clock::System.now(),
            zone: self.zone(context),
            date_order: self.date_order,
            columns: self.columns()?,
        };
        let rows = RecordReader::open_quoted(input, self.quoting.kind).map(|rows| rows.raw(context.output.is_raw()));
        let list = rows.map_err(Faults::from).and_then(|rows| price_list(rows, options));
        let list = list.map_err(|faults| {
            let hint = faults.first.first().and_then(|fault| self.hint(&fault.error));
            Failure::of_file(&name, faults).maybe_hint(hint)
        })?;
        self.expect.check(&name, list.rows, &meter)?;
        Ok(list)
    }

    /// The zone of times without one.
    pub(super) fn zone(&self, context: &Context) -> Zone {
        self.effective.zone.zone(context.settings.defaults.zone())
    }

    /// From when a list replaces a plan: the time that is given, else when all its prices count, else now.
    pub(super) fn replaced_from(&self, list: &PriceList, context: &Context) -> Result<Time> {
        match self.effective.resolve(context)? {
            EffectiveFrom::Time(time) => Ok(time),
            EffectiveFrom::Beginning => Err(Failure::usage("--replace needs a time, not the beginning of all times")),
            EffectiveFrom::Now => Ok(list.common_time().unwrap_or(Clock::System.now().whole_second())),
        }
    }

    fn columns(&self) -> Result<PriceColumns> {
        let mut columns = PriceColumns::default();
        for ColumnMap { column, field } in &self.map {
            if !columns.map(column, field) {
                return Err(Failure::usage(format!("unknown field {}", quoted(field)))
                    .field("map")
                    .hint(format!("the fields are {}", FIELDS.join(", "))));
            }
        }
        self.ignore.iter().for_each(|column| columns.ignore(column));
        Ok(columns)
    }

    /// What to add to the command for a file with this fault.
    fn hint(&self, error: &Error) -> Option<String> {
        match error {
            Error::Input { code: InputError::BadHeader, .. } => {
                Some("map a column with --map COLUMN=FIELD, or leave it out with --ignore COLUMN".to_owned())
            }
            Error::Invalid { field: "effective", .. } if self.effective.effective.is_some() => {
                Some("leave the times of the file out with --ignore effective, or omit --effective".to_owned())
            }
            Error::Invalid { field: "effective", value, .. } if value.contains('/') && self.date_order.is_none() => {
                Some("say the order of dates with --date-order dmy or --date-order mdy".to_owned())
            }
            _ => None,
        }
    }
}

/// The plan of a code.
pub(super) fn plan(context: &mut Context, code: &str) -> Result<Plan> {
    context.read(|snapshot| snapshot.plan(code))
}
