//! `ssgctl balance alerts`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::error::count;
use ssgctl::model::{Crossing, CrossingCause, Level, Unit};
use ssgctl::report::{self, AlertExplanation, AlertVerdict};

use crate::args::completion;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, DetailView, Row};

/// Explain why a low-balance email was or was not sent
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance alerts ABCCORP331
  ssgctl balance alerts ABCCORP331 --unit GBP --json")]
pub(crate) struct AlertsArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// SMS or a currency by ISO 4217; the customer's only balance when not given
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,
}

impl Row for Crossing {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::detail("id", |c| Cell::number(c.id)),
        Column::new("at", |c| Cell::Time(c.at)),
        Column::new("from", |c| Cell::text(c.from.as_str())),
        Column::new("to", |c| Cell::text(c.to.as_str())),
        Column::new("cause", |c| Cell::text(c.cause.as_str())),
        Column::new("balance", |c| Cell::amount(c.unit, c.balance)),
    ];
}

pub(crate) fn run(args: &AlertsArgs, context: &mut Context) -> Result<()> {
    let internal = context.settings.mail.mail.internal.clone();
    let explanation =
        context.read(|snapshot| report::explain_alerts(snapshot, &args.customer, args.unit, &internal))?;
    context.output.view(view(&explanation))
}

fn view(explanation: &AlertExplanation) -> DetailView {
    let AlertExplanation { customer, unit, balance, warning, .. } = explanation;
    let title = format!("{} {}, {unit}", customer.account_code, customer.details.organisation);
    let mut view = DetailView::new(&customer.account_code, title);
    view.fields("Verdict", customer, &[]);
    view.field("verdict", Cell::shown(sentence(explanation.verdict)));
    view.field("balance", Cell::maybe_amount(*unit, balance.as_ref().map(|balance| balance.balance)));
    if let Some(warning) = warning {
        view.fields(
            "Warning",
            warning,
            &["unit", "upper", "lower", "state", "active", "notify_customer", "notify_recovery"],
        );
        view.field("customer_recipients", Cell::list(&explanation.customer_recipients));
        view.field("internal_recipients", Cell::list(&explanation.internal_recipients));
    }
    view.rows("Crossings, newest first", "crossings", &explanation.crossings, &[]);
    view.rows("Emails", "emails", &explanation.emails, &["customer"]);
    view
}

/// What happened or did not, in a sentence.
fn sentence(verdict: AlertVerdict) -> String {
    match verdict {
        AlertVerdict::NoWarning => "no warning is set; `ssgctl balance warn` sets one".to_owned(),
        AlertVerdict::NoBalance => "there is no balance in this unit yet".to_owned(),
        AlertVerdict::CustomerArchived => "the customer is archived, and its warnings rest".to_owned(),
        AlertVerdict::SwitchedOff => "the warning is switched off".to_owned(),
        AlertVerdict::NoThresholds => "the warning has no thresholds".to_owned(),
        AlertVerdict::AwaitsCheck { level, state, cause } => {
            let since = match cause {
                CrossingCause::Balance => format!("the last check found it {}", stands(state)),
                CrossingCause::Thresholds => "its thresholds were moved".to_owned(),
                CrossingCause::Off => "its warning had been switched off".to_owned(),
                CrossingCause::Archived => "the customer had been archived".to_owned(),
            };
            format!("the balance is {}; {since}, and the next check will see that", stands(level))
        }
        AlertVerdict::NotLow => format!("the balance is {}", stands(Level::Ok)),
        AlertVerdict::NoRecipient { level } => {
            format!("the balance is {}, and the customer has no address to be told at", stands(level))
        }
        AlertVerdict::NothingToSend { level } => {
            format!("the balance is {}, and nothing more was to be told", stands(level))
        }
        AlertVerdict::Queued { level, emails, sent } => {
            let next = match level {
                Level::Lower => "the next come when it has been above that threshold and is low again",
                _ => "the next come at the lower threshold, or when it has been above its thresholds and is low again",
            };
            let emails = count(emails as u64, "email");
            format!("the balance is {}; {sent} of {emails} about that went out, and {next}", stands(level))
        }
    }
}

/// How a balance stands to its thresholds, in words.
fn stands(level: Level) -> &'static str {
    match level {
        Level::Ok => "above its thresholds",
        Level::Upper => "at or below its upper threshold",
        Level::Lower => "at or below its lower threshold",
    }
}
