//! `ssgctl mail preview`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::error::quoted;
use ssgctl::model::{Composed, LetterKind, Level, Money, Unit, WarningDetails};
use ssgctl::ops;
use ssgctl::ops::warning::Notice;
use ssgctl::store::files;

use crate::complete;
use crate::context::Context;
use crate::exit::{Exit, Failure, Result};

/// Show a letter as a customer would get it now, and send nothing
///
/// A text to be read, or the letter and its HTML as data with --json and the like.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail preview low-upper ABCCORP331
  ssgctl mail preview low-lower ABCCORP331 --html low.html && xdg-open low.html
  ssgctl mail preview internal ABCCORP331 --json | jq -r .subject")]
pub(crate) struct PreviewArgs {
    /// The letter: low-upper, low-lower, internal, all-clear or test
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
        None if context.output.is_data() || context.output.picks_fields() => context.output.row(&letter),
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
        Some(name) if args.letter != LetterKind::Test => name,
        _ if args.letter == LetterKind::Test => return Ok(writer.compose_test()?),
        _ => return Err(Failure::missing("CUSTOMER", "for a letter about one")),
    };
    let letter = context.read(|snapshot| {
        let customer = snapshot.customer(name)?;
        let unit = ops::balance::unit_of(snapshot, &customer, args.unit)?;
        let balance = snapshot.balance(&customer, unit)?.map_or(Money::ZERO, |balance| balance.balance);
        let marks = snapshot.warning(&customer, unit)?.map_or_else(WarningDetails::empty, |warning| warning.details);
        let recipients = ops::warning::recipients(snapshot, &customer, &marks)?;
        let level = match args.letter {
            LetterKind::LowUpper => Level::Upper,
            LetterKind::LowLower => Level::Lower,
            LetterKind::Internal => marks.level(balance).max(Level::Upper),
            LetterKind::AllClear | LetterKind::Test => Level::Ok,
        };
        writer.compose(&Notice {
            kind: args.letter,
            customer: &customer,
            unit,
            balance,
            level,
            marks: &marks,
            customer_recipients: &recipients,
        })
    })?;
    Ok(letter)
}
