//! `ssgctl balance why`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::model::{Balance, Crossing, Customer, EmailAddress, Letter, LetterState, Level, Unit, Warning};
use ssgctl::ops;
use ssgctl::store::LetterFilter;

use crate::complete;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row, Sheet};

/// Explain why a low-balance letter was or was not sent
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl balance why ABCCORP331
  ssgctl balance why ABCCORP331 --unit GBP --json")]
pub(crate) struct WhyArgs {
    /// Account code or API ID
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(complete::customers))]
    customer: String,

    /// SMS or a currency by ISO 4217; the customer's only balance when not given
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(complete::units))]
    unit: Option<Unit>,
}

struct Case {
    customer: Customer,
    unit: Unit,
    balance: Option<Balance>,
    warning: Option<Warning>,
    recipients: Vec<EmailAddress>,
    crossings: Vec<Crossing>,
    letters: Vec<Letter>,
}

impl Row for Crossing {
    const NAME: &str = "id";
    const COLUMNS: &[Column<Self>] = &[
        Column::detail("id", |c| Cell::number(c.id)),
        Column::new("at", |c| Cell::Time(c.at)),
        Column::new("from", |c| Cell::text(c.from.as_str())),
        Column::new("to", |c| Cell::text(c.to.as_str())),
        Column::new("balance", |c| Cell::amount(c.unit, c.balance)),
    ];
}

pub(crate) fn run(args: &WhyArgs, context: &mut Context) -> Result<()> {
    let case = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        let unit = ops::balance::unit_of(snapshot, &customer, args.unit)?;
        let warning = snapshot.warning(&customer, unit)?;
        let recipients = match &warning {
            Some(warning) => ops::warning::recipients(snapshot, &customer, &warning.details)?,
            None => Vec::new(),
        };
        let crossings = snapshot.crossings(customer.id, unit)?;
        let mut letters = Vec::new();
        for crossing in &crossings {
            let filter = LetterFilter { crossing_id: Some(crossing.id), ..LetterFilter::default() };
            letters.extend(snapshot.letters_of(&filter)?);
        }
        let balance = snapshot.balance(&customer, unit)?;
        Ok(Case { customer, unit, balance, warning, recipients, crossings, letters })
    })?;
    context.output.sheet(sheet(&case))
}

fn sheet(case: &Case) -> Sheet {
    let Case { customer, unit, balance, warning, recipients, crossings, letters } = case;
    let title = format!("{} {}, {unit}", customer.account_code, customer.details.organisation);
    let mut sheet = Sheet::new(&customer.account_code, title);
    sheet.fields("Verdict", customer, &[]);
    sheet.field("verdict", Cell::shown(verdict(case)));
    sheet.field("balance", Cell::maybe_amount(*unit, balance.as_ref().map(|balance| balance.balance)));
    if let Some(warning) = warning {
        sheet.fields("Warning", warning, &["unit", "upper", "lower", "state", "active", "tell_customer", "all_clear"]);
        sheet.field("customer_is_told_at", Cell::list(recipients));
        sheet.field("internal", Cell::list(&warning.details.internal));
    }
    sheet.rows("Crossings, newest first", "crossings", crossings, &[]);
    sheet.rows("Letters", "letters", letters, &["customer"]);
    sheet
}

/// What happened or did not, in a sentence.
fn verdict(case: &Case) -> String {
    let Case { customer, balance, warning, recipients, letters, .. } = case;
    let Some(warning) = warning else {
        return "no warning is set; `ssgctl balance warn` sets one".to_owned();
    };
    let Some(balance) = balance else {
        return "there is no balance in this unit yet".to_owned();
    };
    if customer.life.archived_at.is_some() {
        return "the customer is archived, and its warnings rest".to_owned();
    }
    if !warning.details.active {
        return "the warning is switched off".to_owned();
    }
    if warning.details.upper.is_none() {
        return "the warning has no marks".to_owned();
    }
    let level = warning.details.level(balance.balance);
    if level != warning.state {
        let mark = |level| match level {
            Level::Ok => "above its marks".to_owned(),
            level => format!("at its {level} mark"),
        };
        let (now, then) = (mark(level), mark(warning.state));
        return format!("the balance is {now}, the last check found it {then}; the next will tell");
    }
    if level == Level::Ok {
        return "the balance is above its marks".to_owned();
    }
    if warning.details.tell_customer && recipients.is_empty() {
        return "the balance is low, and the customer has no address to be told at".to_owned();
    }
    let current = case.crossings.first().map(|crossing| crossing.id);
    let of_current: Vec<&Letter> = letters.iter().filter(|letter| letter.crossing_id == current).collect();
    let sent = of_current.iter().filter(|letter| letter.state == LetterState::Sent).count();
    format!(
        "the balance is low ({level}) and was told by {sent} of {} letters; the next comes when another mark is crossed",
        of_current.len()
    )
}
