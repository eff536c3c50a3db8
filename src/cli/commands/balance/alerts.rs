//! `ssgctl balance alerts`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::Error;
use ssgctl::error::count;
use ssgctl::model::{
    Balance, Crossing, CrossingCause, Customer, EmailAddress, EmailState, EntityKind, Level, OutboxEmail, Unit, Warning,
};
use ssgctl::store::OutboxFilter;

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

struct Case {
    customer: Customer,
    unit: Unit,
    balance: Option<Balance>,
    warning: Option<Warning>,
    recipients: Vec<EmailAddress>,
    crossings: Vec<Crossing>,
    emails: Vec<OutboxEmail>,
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
    let case = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        let unit = ssgctl::report::unit_of(snapshot, &customer, args.unit)?;
        let (balance, warning) = (snapshot.balance(&customer, unit)?, snapshot.warning(&customer, unit)?);
        if args.unit.is_some() && balance.is_none() && warning.is_none() {
            let name = Balance::name_of(&customer.account_code, unit);
            return Err(Error::NotFound { entity: EntityKind::Balance, name, nearest: None });
        }
        let recipients = match &warning {
            Some(warning) => ssgctl::report::warning_recipients(snapshot, &customer, &warning.details)?,
            None => Vec::new(),
        };
        let crossings = snapshot.crossings(customer.id, unit)?;
        let mut emails = Vec::new();
        for crossing in &crossings {
            let filter = OutboxFilter { crossing_id: Some(crossing.id), ..OutboxFilter::default() };
            emails.extend(snapshot.emails_of(&filter)?);
        }
        Ok(Case { customer, unit, balance, warning, recipients, crossings, emails })
    })?;
    let view = view(&case, &context.settings.mail.mail.internal);
    context.output.view(view)
}

fn view(case: &Case, internal: &[EmailAddress]) -> DetailView {
    let Case { customer, unit, balance, warning, recipients, crossings, emails } = case;
    let title = format!("{} {}, {unit}", customer.account_code, customer.details.organisation);
    let mut view = DetailView::new(&customer.account_code, title);
    view.fields("Verdict", customer, &[]);
    view.field("verdict", Cell::shown(verdict(case)));
    view.field("balance", Cell::maybe_amount(*unit, balance.as_ref().map(|balance| balance.balance)));
    if let Some(warning) = warning {
        view.fields(
            "Warning",
            warning,
            &["unit", "upper", "lower", "state", "active", "notify_customer", "notify_recovery"],
        );
        view.field("customer_recipients", Cell::list(recipients));
        let ours = &warning.details.internal;
        view.field("internal_recipients", Cell::list(if ours.is_empty() { internal } else { ours }));
    }
    view.rows("Crossings, newest first", "crossings", crossings, &[]);
    view.rows("Emails", "emails", emails, &["customer"]);
    view
}

/// What happened or did not, in a sentence.
fn verdict(case: &Case) -> String {
    let Case { customer, balance, warning, recipients, emails, .. } = case;
    let Some(warning) = warning else {
        return "no warning is set; `ssgctl balance warn` sets one".to_owned();
    };
    let Some(balance) = balance else {
        return "there is no balance in this unit yet".to_owned();
    };
    if customer.lifecycle.archived_at.is_some() {
        return "the customer is archived, and its warnings rest".to_owned();
    }
    if !warning.details.active {
        return "the warning is switched off".to_owned();
    }
    if warning.details.upper.is_none() {
        return "the warning has no thresholds".to_owned();
    }
    let level = warning.details.level(balance.balance);
    if level != warning.state {
        let (now, then) = (stands(level), stands(warning.state));
        let since = match case.crossings.first().map_or(CrossingCause::Balance, |crossing| crossing.cause) {
            CrossingCause::Balance => format!("the last check found it {then}"),
            CrossingCause::Thresholds => "its thresholds were moved".to_owned(),
            CrossingCause::Off => "its warning had been switched off".to_owned(),
            CrossingCause::Archived => "the customer had been archived".to_owned(),
        };
        return format!("the balance is {now}; {since}, and the next check will see that");
    }
    if level == Level::Ok {
        return format!("the balance is {}", stands(level));
    }
    if warning.details.notify_customer && recipients.is_empty() {
        return format!("the balance is {}, and the customer has no address to be told at", stands(level));
    }
    let current = case.crossings.first().map(|crossing| crossing.id);
    let of_current: Vec<&OutboxEmail> = emails.iter().filter(|email| email.crossing_id == current).collect();
    if of_current.is_empty() {
        return format!("the balance is {}, and nothing more was to be told", stands(level));
    }
    let sent = of_current.iter().filter(|email| email.state == EmailState::Sent).count();
    let next = match level {
        Level::Lower => "the next come when it has been above that threshold and is low again",
        _ => "the next come at the lower threshold, or when it has been above its thresholds and is low again",
    };
    let emails = count(of_current.len() as u64, "email");
    format!("the balance is {}; {sent} of {emails} about that went out, and {next}", stands(level))
}

/// How a balance stands to its thresholds, in words.
fn stands(level: Level) -> &'static str {
    match level {
        Level::Ok => "above its thresholds",
        Level::Upper => "at or below its upper threshold",
        Level::Lower => "at or below its lower threshold",
    }
}
