//! `ssgctl mail preview`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::error::quoted;
use ssgctl::mail::Writer;
use ssgctl::model::{Composed, LetterKind, Level, Money, SmppAccount, Unit, WarningDetails};
use ssgctl::ops::warning::Notice;
use ssgctl::store::{Clock, Lives, SmppFilter, Snapshot, files};
use ssgctl::{Error, ops};

use crate::complete;
use crate::context::Context;
use crate::exit::{Exit, Failure, Result};

/// Show a letter as a customer would get it now, and send nothing
///
/// A text to be read, or the letter and its HTML as data with --json and the like. Letters of an SMPP account are of the
/// customer's first; stars stand for its password.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail preview low-upper ABCCORP331
  ssgctl mail preview welcome ABCCORP331
  ssgctl mail preview low-lower ABCCORP331 --html low.html && xdg-open low.html
  ssgctl mail preview internal ABCCORP331 --json | jq -r .subject")]
pub(crate) struct PreviewArgs {
    /// The letter: low-upper, low-lower, internal, all-clear, welcome, handover or test
    #[arg(value_name = "LETTER")]
    letter: LetterKind,

    /// Account code or API ID; the test letter needs none
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(complete::customers))]
    customer: Option<String>,

    /// SMS or a currency by ISO 4217; the customer's only balance, or SMS when it has none
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(complete::units))]
    unit: Option<Unit>,

    /// Write the HTML to a new file, to be looked at in a browser; - is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(crate) fn run(args: &PreviewArgs, context: &mut Context) -> Result<()> {
    let letter = compose(args, context)?;
    match &args.html {
        Some(path) if path == Path::new("-") => context.output.text(letter.html.as_bytes()),
        Some(path) => {
            context.output.refuse_unknown_fields(&["path"])?;
            if !files::write_new(path, letter.html.as_bytes())? {
                let message = format!("{} is there already", quoted(path.display()));
                return Err(Failure::new(Exit::Conflict, "exists", message));
            }
            context.output.value("path", &path.display().to_string())
        }
        None if context.output.shows_rows() => context.output.row(&letter),
        None => {
            let sender = &letter.sender;
            let head = format!("From: {} <{}>\nSubject: {}\n\n", sender.name, sender.address, letter.subject);
            context.output.text((head + &letter.text).as_bytes())
        }
    }
}

fn compose(args: &PreviewArgs, context: &mut Context) -> Result<Composed> {
    let writer = context.settings.mail.writer()?;
    let name = match &args.customer {
        _ if args.letter == LetterKind::Test => return Ok(writer.compose_test()?),
        Some(name) => name,
        None => return Err(Failure::missing("CUSTOMER", "for a letter about one")),
    };
    let gateway = context.settings.gateway.clone();
    context.read(|snapshot| match args.letter {
        LetterKind::Welcome | LetterKind::Handover => {
            let account = first_account(snapshot, name)?;
            let pack = ops::handover::pack(snapshot, account.system_id.as_str(), &gateway, Clock::System.now())?;
            writer.compose_handover(args.letter, &pack, true)
        }
        kind => compose_notice(kind, &writer, snapshot, name, args.unit),
    })
}

fn first_account(snapshot: &Snapshot<'_>, customer: &str) -> ssgctl::Result<SmppAccount> {
    let customer = snapshot.customer(customer)?;
    let mut first = None;
    let accounts = SmppFilter { lives: Lives::Active, ..SmppFilter::of_customer(customer.id) };
    snapshot.smpp_accounts(&accounts, |account| {
        first.get_or_insert(account);
        Ok::<_, Error>(())
    })?;
    first.ok_or_else(|| Error::Refused(format!("{} has no SMPP account to write of", customer.account_code)))
}

fn compose_notice(
    kind: LetterKind,
    writer: &Writer,
    snapshot: &Snapshot<'_>,
    customer: &str,
    unit: Option<Unit>,
) -> ssgctl::Result<Composed> {
    let customer = snapshot.customer(customer)?;
    let unit = ops::balance::unit_of(snapshot, &customer, unit)?;
    let balance = snapshot.balance(&customer, unit)?.map_or(Money::ZERO, |balance| balance.balance);
    let marks = snapshot.warning(&customer, unit)?.map_or_else(WarningDetails::empty, |warning| warning.details);
    let recipients = ops::warning::recipients(snapshot, &customer, &marks)?;
    let level = match kind {
        LetterKind::LowUpper => Level::Upper,
        LetterKind::LowLower => Level::Lower,
        LetterKind::Internal => marks.level(balance).max(Level::Upper),
        _ => Level::Ok,
    };
    writer.compose(&Notice {
        kind,
        customer: &customer,
        unit,
        balance,
        level,
        marks: &marks,
        customer_recipients: &recipients,
    })
}
