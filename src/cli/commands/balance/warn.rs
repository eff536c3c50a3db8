//! `ssgctl balance warn`.

use clap::{Args, ValueEnum};
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{EmailList, Money, Unit, Warning, WarningDetails};
use ssgctl::{ops, report};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Set when a balance is low, and who is told
///
/// Both thresholds are low-water thresholds: --upper is the early warning, --lower the urgent one. A balance at its threshold is low.
/// `balance check` finds the crossings and sends the emails. Marks that are lowered or removed while the balance is low are no
/// recovery: no all-clear is sent. Marks that are raised above the balance are told by the next check.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance warn ABCCORP331 --upper 500 --lower 100
  ssgctl balance warn ABCCORP331 --unit GBP --upper 50 --lower 0 --to ops@abc.example --internal sales@example.com
  ssgctl balance warn ABCCORP331 --no-customer
  ssgctl balance warn ABCCORP331 --off --reason 'asked for silence'")]
pub(crate) struct WarnArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// SMS or a currency by ISO 4217; the customer's only balance, or SMS when it has none
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Early warning: low is at or below this
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    upper: Option<Money>,

    /// Urgent warning, not above the early one
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    lower: Option<Money>,

    /// Where the customer is told; its billing contacts, else its invoice emails, when not given
    #[arg(long, value_name = "EMAIL,…")]
    to: Option<EmailList>,

    /// Where we are told; the configuration's addresses when not given
    #[arg(long, value_name = "EMAIL,…")]
    internal: Option<EmailList>,

    /// Do not tell the customer
    #[arg(long, overrides_with = "notify_customer")]
    no_customer: bool,

    /// Tell the customer again
    #[arg(long)]
    notify_customer: bool,

    /// Send no all-clear when the balance has recovered
    #[arg(long, overrides_with = "notify_recovery")]
    no_recovery: bool,

    /// Send an all-clear again
    #[arg(long)]
    notify_recovery: bool,

    /// Empty this field; may be given several times
    #[arg(long, value_name = "FIELD", value_enum)]
    unset: Vec<Unset>,

    /// Switch the warning off, and take back its emails that wait
    #[arg(long, conflicts_with = "on")]
    off: bool,

    /// Switch the warning on again
    #[arg(long)]
    on: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The fields of a warning that can be empty.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Unset {
    Upper,
    Lower,
    To,
    Internal,
}

impl WarnArgs {
    fn apply(self, details: &mut WarningDetails) {
        for field in self.unset {
            match field {
                Unset::Upper => details.upper = None,
                Unset::Lower => details.lower = None,
                Unset::To => details.to.clear(),
                Unset::Internal => details.internal.clear(),
            }
        }
        details.upper = self.upper.or(details.upper);
        details.lower = self.lower.or(details.lower);
        if let Some(EmailList(to)) = self.to {
            details.to = to;
        }
        if let Some(EmailList(internal)) = self.internal {
            details.internal = internal;
        }
        let switch = |on: bool, off: bool, before: bool| if on || off { on } else { before };
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
        Column::new("state", |w| Cell::text(w.state.as_str())),
        Column::new("active", |w| Cell::Flag(w.details.active)),
        Column::new("notify_customer", |w| Cell::Flag(w.details.notify_customer)),
        Column::detail("to", |w| Cell::list(&w.details.to)),
        Column::detail("internal", |w| Cell::list(&w.details.internal)),
        Column::detail("notify_recovery", |w| Cell::Flag(w.details.notify_recovery)),
        Column::detail("updated_at", |w| Cell::Time(w.updated_at)),
    ];
}

pub(crate) fn run(args: WarnArgs, context: &mut Context) -> Result<()> {
    let (customer, unit, change) = (args.customer.clone(), args.unit, args.change.clone());
    let warning = context.write(&change, |tx| {
        let unit = report::unit_of(tx, &ops::active::customer(tx, &customer)?, unit)?;
        ops::warning::set(tx, &customer, unit, |details| args.apply(details))
    })?;
    context.output.row(&warning)
}
