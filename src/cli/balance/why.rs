//! `ssgctl balance why`.

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::error::count;
use ssgctl::model::{
    Balance, Cause, Crossing, Customer, EmailAddress, Letter, LetterState, Level, Noun, Unit, Warning,
};
use ssgctl::store::LetterFilter;
use ssgctl::{Error, ops};

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
        Column::new("cause", |c| Cell::text(c.cause.as_str())),
        Column::new("balance", |c| Cell::amount(c.unit, c.balance)),
    ];
}

pub(crate) fn run(args: &WhyArgs, context: &mut Context) -> Result<()> {
    let case = context.read(|snapshot| {
        let customer = snapshot.customer(&args.customer)?;
        let unit = ops::balance::unit_of(snapshot, &customer, args.unit)?;
        let (balance, warning) = (snapshot.balance(&customer, unit)?, snapshot.warning(&customer, unit)?);
        if args.unit.is_some() && balance.is_none() && warning.is_none() {
            let name = Balance::name_of(&customer.account_code, unit);
            return Err(Error::NotFound { noun: Noun::Balance, name, nearest: None });
        }
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
        Ok(Case { customer, unit, balance, warning, recipients, crossings, letters })
    })?;
    let sheet = sheet(&case, &context.settings.mail.mail.internal);
    context.output.sheet(sheet)
}

fn sheet(case: &Case, internal: &[EmailAddress]) -> Sheet {
    let Case { customer, unit, balance, warning, recipients, crossings, letters } = case;
    let title = format!("{} {}, {unit}", customer.account_code, customer.details.organisation);
    let mut sheet = Sheet::new(&customer.account_code, title);
    sheet.fields("Verdict", customer, &[]);
    sheet.field("verdict", Cell::shown(verdict(case)));
    sheet.field("balance", Cell::maybe_amount(*unit, balance.as_ref().map(|balance| balance.balance)));
    if let Some(warning) = warning {
        sheet.fields("Warning", warning, &["unit", "upper", "lower", "state", "active", "tell_customer", "all_clear"]);
        sheet.field("customer_is_told_at", Cell::list(recipients));
        let ours = &warning.details.internal;
        sheet.field("we_are_told_at", Cell::list(if ours.is_empty() { internal } else { ours }));
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
        let (now, then) = (stands(level), stands(warning.state));
        let since = match case.crossings.first().map_or(Cause::Balance, |crossing| crossing.cause) {
            Cause::Balance => format!("the last check found it {then}"),
            Cause::Marks => "its marks were moved".to_owned(),
            Cause::Off => "its warning had been switched off".to_owned(),
            Cause::Archived => "the customer had been archived".to_owned(),
        };
        return format!("the balance is {now}; {since}, and the next check will see that");
    }
    if level == Level::Ok {
        return format!("the balance is {}", stands(level));
    }
    if warning.details.tell_customer && recipients.is_empty() {
        return format!("the balance is {}, and the customer has no address to be told at", stands(level));
    }
    let current = case.crossings.first().map(|crossing| crossing.id);
    let of_current: Vec<&Letter> = letters.iter().filter(|letter| letter.crossing_id == current).collect();
    if of_current.is_empty() {
        return format!("the balance is {}, and nothing more was to be told", stands(level));
    }
    let sent = of_current.iter().filter(|letter| letter.state == LetterState::Sent).count();
    let next = match level {
        Level::Lower => "the next come when it has been above that mark and is low again",
        _ => "the next come at the lower mark, or when it has been above its marks and is low again",
    };
    let letters = count(of_current.len() as u64, "letter");
    format!("the balance is {}; {sent} of {letters} about that went out, and {next}", stands(level))
}

/// How a balance stands to its marks, in words.
fn stands(level: Level) -> &'static str {
    match level {
        Level::Ok => "above its marks",
        Level::Upper => "at or below its upper mark",
        Level::Lower => "at or below its lower mark",
    }
}
