//! `ssgctl report forecast`.

use clap::Args;
use ssgctl::model::{DaysAhead, SilentHours, SurgeFactor};
use ssgctl::report::{self, ForecastFinding, ForecastQuestion};
use ssgctl::store::Clock;

use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, FieldKeys, Row};

/// Show balances that will soon be empty, and SMPP accounts that send far more or nothing
///
/// What is usual is taken from the same time of the week in the four weeks before: the lull of every weekend is not silence, and
/// the campaign of every Monday is no surge. Without options, all three are looked for. Prints nothing if there is
/// nothing to look at, so that cron sends an email only if there is.
///
/// --days-left lists the balances that will be empty within that time, and when, if each day costs what that day of the
/// week usually costs; and those of prepaid customers that are overdrawn already. --surge lists accounts that sent at least
/// that many times their usual message parts in the last hour, and at least 100, such as with a stolen password; accounts that
/// are known for less than a week are left out. --silent lists enabled accounts that sent nothing for that
/// time although they did at the same time of every week before, at least twice.
///
/// The last hour ends with the newest message that was imported, so import traffic often.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl report forecast
  ssgctl report forecast --days-left 7d
  ssgctl report forecast --surge 5x --silent 6h --json
  */15 * * * *  gateway  ssgctl report forecast -q   # in /etc/cron.d, with MAILTO")]
pub(crate) struct ForecastArgs {
    /// Balances that will be empty within this time [default: 3d]
    #[arg(long, value_name = "DAYS")]
    days_left: Option<DaysAhead>,

    /// Accounts that sent at least this many times their usual [default: 5x]
    #[arg(long, value_name = "TIMES")]
    surge: Option<SurgeFactor>,

    /// Accounts that have been silent for this time [default: 6h]
    #[arg(long, value_name = "TIME")]
    silent: Option<SilentHours>,
}

impl Row for ForecastFinding {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("kind", |f| Cell::text(f.kind.as_str())),
        Column::new("customer", |f| Cell::text(&f.customer)),
        Column::new("system_id", |f| f.account.as_ref().map_or(Cell::Empty, |account| Cell::text(account.as_str()))),
        Column::new("balance", |f| f.balance.map_or(Cell::Empty, |(balance, unit)| Cell::amount(unit, balance))),
        Column::new("unit", |f| f.balance.map_or(Cell::Empty, |(_, unit)| Cell::shown(unit))),
        Column::new("at", |f| Cell::maybe_time(f.figures.at)),
        Column::new("recent", |f| Cell::maybe_number(f.figures.recent)),
        Column::new("usual", |f| Cell::maybe_number(f.figures.usual)),
    ];
}

pub(crate) fn run(args: &ForecastArgs, context: &mut Context) -> Result<()> {
    context.output.refuse_unknown_fields(&ForecastFinding::keys())?;
    let all = args.days_left.is_none() && args.surge.is_none() && args.silent.is_none();
    let question = ForecastQuestion {
        days_left: args.days_left.or_else(|| DaysAhead::new(3).filter(|_| all)),
        surge: args.surge.or_else(|| SurgeFactor::new(5).filter(|_| all)),
        silent: args.silent.or_else(|| SilentHours::new(6).filter(|_| all)),
    };
    let forecast = context.read(|snapshot| report::forecast(snapshot, &question, Clock::System.now()))?;
    let needs_traffic = question.surge.is_some() || question.silent.is_some();
    match forecast.known_until {
        Some(until) => context.note(&format!("traffic is known until {}", context.output.in_zone(until))),
        None if needs_traffic => {
            context.note("no traffic of today or yesterday is imported: surges and silence cannot be seen");
        }
        None => {}
    }
    context.output.rows(&forecast.findings)
}
