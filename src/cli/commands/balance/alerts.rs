//! `ssgctl balance alerts`: prints the explanation of `report::explain_alerts`, its verdict as a sentence.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::error::count;
use ssgctl::model::{Crossing, CrossingCause, Level, Unit};
use ssgctl::report::{self, AlertExplanation, AlertVerdict};

use crate::args::completion;
use crate::commands::balance::forecast_row::ForecastRow;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, DetailView, Row};

/// Explain why an email of a warning was or was not sent
///
/// Shows a verdict, the warning with its recipients, what each forecast says now, every threshold crossing, every forecast
/// alert, and every email about one.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance alerts ABCCORP331
  ssgctl balance alerts ABCCORP331 --unit GBP --json")]
pub(crate) struct AlertsArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: String,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,
}

impl Row for Crossing {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::detail("id", |c: &Self| Cell::number(c.id)).id(),
        Column::new("at", |c| Cell::Time(c.at)),
        Column::new("from", |c: &Self| Cell::level(c.from)).state().essential(),
        Column::new("to", |c: &Self| Cell::level(c.to)).state().essential(),
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
            &[
                "unit",
                "upper",
                "lower",
                "days_left",
                "surge",
                "silent",
                "state",
                "active",
                "notify_customer",
                "traffic_to_customer",
                "notify_recovery",
            ],
        );
        view.field("customer_recipients", Cell::emails(&explanation.customer_recipients));
        view.field("internal_recipients", Cell::emails(&explanation.internal_recipients));
    }
    if !explanation.forecasts.is_empty() {
        let forecasts: Vec<ForecastRow> =
            explanation.forecasts.iter().map(|of| ForecastRow { of: of.clone(), unit: *unit }).collect();
        view.rows("Forecasts", "forecasts", &forecasts, &[]);
    }
    view.rows("Crossings, newest first", "crossings", &explanation.crossings, &[]);
    if !explanation.forecast_alerts.is_empty() {
        view.rows("Forecast alerts, newest first", "forecast_alerts", &explanation.forecast_alerts, &[]);
    }
    view.rows("Emails", "emails", &explanation.emails, &["customer"]);
    view
}

/// Words a verdict as a sentence.
fn sentence(verdict: AlertVerdict) -> String {
    match verdict {
        AlertVerdict::NoWarning => "no warning is set; `ssgctl balance warn` sets one".to_owned(),
        AlertVerdict::NoBalance => "the customer has no balance in this unit yet".to_owned(),
        AlertVerdict::CustomerArchived => "the customer is archived, so no emails are sent".to_owned(),
        AlertVerdict::SwitchedOff => {
            "the warning is switched off; `ssgctl balance warn --on` switches it on".to_owned()
        }
        AlertVerdict::NoThresholds => {
            "the warning has no thresholds; `ssgctl balance warn --upper` sets one".to_owned()
        }
        AlertVerdict::AwaitsCheck { level, state, cause } => {
            let before = match cause {
                CrossingCause::Balance => format!("the last check found it {}", position(state)),
                CrossingCause::Thresholds => "its thresholds were changed".to_owned(),
                CrossingCause::Off => "its warning had been switched off".to_owned(),
                CrossingCause::Archived => "the customer had been archived".to_owned(),
            };
            format!("the balance is {}; {before}, and the next check will report the crossing", position(level))
        }
        AlertVerdict::NotLow => format!("the balance is {}", position(Level::Ok)),
        AlertVerdict::NoRecipient { level } => {
            format!("the balance is {}, but the customer has no email address for warnings", position(level))
        }
        AlertVerdict::NothingToSend { level } => {
            format!("the balance is {}, and its last crossing required no email", position(level))
        }
        AlertVerdict::Queued { level, emails, sent } => {
            let next = match level {
                Level::Lower => "when it has risen above that threshold and is low again",
                _ => "at the urgent threshold, or when it has recovered and is low again",
            };
            let (emails, were) = (count(emails as u64, "email"), if emails == 1 { "was" } else { "were" });
            let position = position(level);
            format!("the balance is {position}; {sent} of {emails} about it {were} sent, and the next is sent {next}")
        }
    }
}

/// Where a balance is relative to its thresholds.
fn position(level: Level) -> &'static str {
    match level {
        Level::Ok => "above its thresholds",
        Level::Upper => "at or below its early warning threshold",
        Level::Lower => "at or below its urgent threshold",
    }
}
