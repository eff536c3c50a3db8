//! `ssgctl balance warn`: thresholds, forecasts and recipients of a warning.

use clap::{Args, ValueEnum};
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{DaysAhead, EmailList, Level, Money, SilentHours, SurgeFactor, Unit, Warning, WarningDetails};
use ssgctl::{ops, report};

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, FieldKeys, Row};

/// Set the thresholds, forecasts and recipients of a warning
///
/// A balance that falls to --upper gets an early warning, one that falls to --lower an urgent warning. A balance equal
/// to a threshold counts as low. `balance check` detects the crossings and sends the emails.
///
/// Lowering or removing a threshold while the balance is low is not a recovery, and no recovery email is sent. Raising
/// a threshold above the balance is a crossing, which the next check reports.
///
/// --days-left, --surge and --silent warn before: of a balance that will soon be empty, of an SMPP account that sends far
/// more than usual, such as with a stolen password, and of one that has stopped. What is usual is the same time of the week
/// in the four weeks before; `ssgctl report forecast` shows it. Surges and silence are reported to internal recipients
/// only, unless you pass --traffic-to-customer. Each is reported once, and again after it has ended: when the balance
/// lasts a day longer than --days-left, when the last hour has less than half of what a surge needs, when the account
/// sends again. A changed setting is compared anew by the next check.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance warn ABCCORP331 --upper 500 --lower 100
  ssgctl balance warn ABCCORP331 --unit GBP --upper 50 --lower 0 --to ops@abc.example --internal sales@example.com
  ssgctl balance warn ABCCORP331 --days-left 3d --surge 5x --silent 6h
  ssgctl balance warn ABCCORP331 --unset silent
  ssgctl balance warn ABCCORP331 --no-customer
  ssgctl balance warn ABCCORP331 --off --reason 'customer asked for no warnings'")]
pub(crate) struct WarnArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit, or SMS if it has no balance]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Early warning at or below this balance
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, value_parser = amount::written)]
    upper: Option<Money>,

    /// Urgent warning at or below this balance; at most --upper
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, value_parser = amount::written)]
    lower: Option<Money>,

    /// Warn when the balance will be empty within this time at its usual charges, such as 3d
    #[arg(long, value_name = "DAYS")]
    days_left: Option<DaysAhead>,

    /// Warn when an SMPP account sends this many times its usual message parts in an hour, such as 5x
    #[arg(long, value_name = "TIMES")]
    surge: Option<SurgeFactor>,

    /// Warn when an SMPP account that always sends has sent nothing for this time, such as 6h
    #[arg(long, value_name = "TIME")]
    silent: Option<SilentHours>,

    /// Send emails about surges and silence to the customer as well
    #[arg(long, overrides_with = "no_traffic_to_customer")]
    traffic_to_customer: bool,

    /// Send emails about surges and silence to internal recipients only [default]
    #[arg(long)]
    no_traffic_to_customer: bool,

    /// Customer recipients [default: billing contacts, else invoice emails]
    #[arg(long, value_name = "EMAIL,…")]
    to: Option<EmailList>,

    /// Internal recipients [default: `internal` in the configuration]
    #[arg(long, value_name = "EMAIL,…")]
    internal: Option<EmailList>,

    /// Send no emails to the customer, only to internal recipients
    #[arg(long, overrides_with = "notify_customer")]
    no_customer: bool,

    /// Send emails to the customer again
    #[arg(long)]
    notify_customer: bool,

    /// Send no email when the balance recovers
    #[arg(long, overrides_with = "notify_recovery")]
    no_recovery: bool,

    /// Send an email when the balance recovers again
    #[arg(long)]
    notify_recovery: bool,

    /// Clear this field; repeatable
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    /// Switch the warning off and cancel its pending emails
    #[arg(long, conflicts_with = "on")]
    off: bool,

    /// Switch the warning on again
    #[arg(long)]
    on: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The fields of a warning that `--unset` can clear.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unset {
    Upper,
    Lower,
    DaysLeft,
    Surge,
    Silent,
    To,
    Internal,
}

impl WarnArgs {
    fn apply(self, details: &mut WarningDetails) {
        for field in self.unset {
            match field {
                Unset::Upper => details.upper = None,
                Unset::Lower => details.lower = None,
                Unset::DaysLeft => details.days_left = None,
                Unset::Surge => details.surge = None,
                Unset::Silent => details.silent = None,
                Unset::To => details.to.clear(),
                Unset::Internal => details.internal.clear(),
            }
        }
        details.upper = self.upper.or(details.upper);
        details.lower = self.lower.or(details.lower);
        details.days_left = self.days_left.or(details.days_left);
        details.surge = self.surge.or(details.surge);
        details.silent = self.silent.or(details.silent);
        if let Some(EmailList(to)) = self.to {
            details.to = to;
        }
        if let Some(EmailList(internal)) = self.internal {
            details.internal = internal;
        }
        // An option that is absent keeps the stored value.
        let switch = |on: bool, off: bool, stored: bool| if on || off { on } else { stored };
        let traffic = (self.traffic_to_customer, self.no_traffic_to_customer);
        details.traffic_to_customer = switch(traffic.0, traffic.1, details.traffic_to_customer);
        details.notify_customer = switch(self.notify_customer, self.no_customer, details.notify_customer);
        details.notify_recovery = switch(self.notify_recovery, self.no_recovery, details.notify_recovery);
        details.active = switch(self.on, self.off, details.active);
    }
}

impl Row for Warning {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |w| Cell::text(&w.customer)),
        Column::new("unit", |w| Cell::text(w.unit.code())),
        Column::new("upper", |w| Cell::maybe_amount(w.unit, w.details.upper)),
        Column::new("lower", |w| Cell::maybe_amount(w.unit, w.details.lower)),
        Column::new("state", |w: &Self| Cell::level(w.state)).state(),
        Column::new("active", |w| Cell::Flag(w.details.active)),
        Column::new("notify_customer", |w| Cell::Flag(w.details.notify_customer)),
        Column::new("days_left", |w| w.details.days_left.map_or(Cell::Empty, Cell::shown)),
        Column::new("surge", |w| w.details.surge.map_or(Cell::Empty, Cell::shown)),
        Column::new("silent", |w| w.details.silent.map_or(Cell::Empty, Cell::shown)),
        Column::detail("to", |w| Cell::list(&w.details.to)),
        Column::detail("internal", |w| Cell::list(&w.details.internal)),
        Column::detail("notify_recovery", |w| Cell::Flag(w.details.notify_recovery)),
        Column::detail("traffic_to_customer", |w| Cell::Flag(w.details.traffic_to_customer)),
        Column::detail("updated_at", |w| Cell::Time(w.updated_at)),
    ];
}

pub(crate) fn run(args: WarnArgs, context: &mut Context) -> Result<()> {
    let (name, unit, change) = (args.customer.clone(), args.unit, args.change.clone());
    let sets_threshold = args.upper.is_some() || args.lower.is_some();
    context.output.refuse_unknown_fields(&Warning::keys())?;
    let (warning, balance) = context.transact(&change, |tx| -> ssgctl::Result<_> {
        let customer = ops::active::customer(tx, &name)?;
        let unit = report::unit_of(tx, &customer, unit)?;
        let warning = ops::warning::set(tx, &name, unit, |details| args.apply(details))?;
        Ok((warning, tx.balance(&customer, unit)?))
    })?;
    context.output.row(&warning)?;
    if sets_threshold
        && !change.dry_run
        && let Some(note) = balance.and_then(|balance| already_low(&warning, balance.balance))
    {
        context.note(&note);
    }
    Ok(())
}

/// What to know about thresholds that the balance has reached already: they are crossed without any traffic.
fn already_low(warning: &Warning, balance: Money) -> Option<String> {
    let Warning { unit, details, state, .. } = warning;
    let name = match details.level(balance) {
        level if !details.active || level == *state => return None,
        Level::Ok => return None,
        level => level.for_reading(),
    };
    let amount = unit.format(balance);
    Some(format!(
        "the balance is {amount} {unit}, at or below the {name} threshold; the next `ssgctl balance check` sends the emails"
    ))
}
