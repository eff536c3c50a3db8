//! `ssgctl mail preview`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::error::quoted;
use ssgctl::mail::TemplateRenderer;
use ssgctl::model::{EmailTemplate, Level, Money, RenderedEmail, SmppAccount, Unit, WarningDetails};
use ssgctl::ops::warning::Notice;
use ssgctl::store::{ArchiveFilter, Clock, SmppFilter, Snapshot, files};
use ssgctl::{Error, ops, report};

use crate::args::completion;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Show an email as a customer would get it now, and send nothing
///
/// A text to be read, or the email and its HTML as data with --json and the like. Emails of an SMPP account are of the
/// customer's first; stars stand for its password.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail preview low-upper ABCCORP331
  ssgctl mail preview welcome ABCCORP331
  ssgctl mail preview low-lower ABCCORP331 --html low.html && xdg-open low.html
  ssgctl mail preview internal ABCCORP331 --json | jq -r .subject")]
pub(crate) struct PreviewArgs {
    /// The email: low-upper, low-lower, internal, recovered, welcome, handover or test
    #[arg(value_name = "TEMPLATE")]
    email: EmailTemplate,

    /// Account code or API ID; the test email needs none
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// SMS or a currency by ISO 4217; the customer's only balance, or SMS when it has none
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Write the HTML to a new file, to be looked at in a browser; - is stdout
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(crate) fn run(args: &PreviewArgs, context: &mut Context) -> Result<()> {
    let email = compose(args, context)?;
    match &args.html {
        Some(path) if path == Path::new("-") => context.output.text(email.html.as_bytes()),
        Some(path) => {
            context.output.refuse_unknown_fields(&["path"])?;
            if !files::write_new(path, email.html.as_bytes())? {
                let message = format!("{} is there already", quoted(path.display()));
                return Err(Failure::new(ErrorCode::Exists, message));
            }
            context.output.value("path", &path.display().to_string())
        }
        None if context.output.shows_rows() => context.output.row(&email),
        None => {
            let sender = &email.sender;
            let head = format!("From: {} <{}>\nSubject: {}\n\n", sender.name, sender.address, email.subject);
            context.output.text((head + &email.text).as_bytes())
        }
    }
}

fn compose(args: &PreviewArgs, context: &mut Context) -> Result<RenderedEmail> {
    let renderer = context.settings.mail.renderer()?;
    let name = match &args.customer {
        _ if args.email == EmailTemplate::Test => return Ok(renderer.compose_test()?),
        Some(name) => name,
        None => return Err(Failure::missing("CUSTOMER", "for an email about one")),
    };
    let gateway = context.settings.gateway.clone();
    context.read(|snapshot| match args.email {
        EmailTemplate::Welcome | EmailTemplate::Handover => {
            let account = first_account(snapshot, name)?;
            let pack = ops::handover::details(snapshot, account.system_id.as_str(), &gateway, Clock::System.now())?;
            renderer.compose_handover(args.email, &pack, true)
        }
        kind => compose_notice(kind, &renderer, snapshot, name, args.unit),
    })
}

fn first_account(snapshot: &Snapshot<'_>, customer: &str) -> ssgctl::Result<SmppAccount> {
    let customer = snapshot.customer(customer)?;
    let mut first = None;
    let accounts = SmppFilter { archive_filter: ArchiveFilter::Active, ..SmppFilter::of_customer(customer.id) };
    snapshot.smpp_accounts(&accounts, |account| {
        first.get_or_insert(account);
        Ok::<_, Error>(())
    })?;
    first.ok_or_else(|| Error::Refused(format!("{} has no SMPP account to write of", customer.account_code)))
}

fn compose_notice(
    kind: EmailTemplate,
    renderer: &TemplateRenderer,
    snapshot: &Snapshot<'_>,
    customer: &str,
    unit: Option<Unit>,
) -> ssgctl::Result<RenderedEmail> {
    let customer = snapshot.customer(customer)?;
    let unit = report::unit_of(snapshot, &customer, unit)?;
    let balance = snapshot.balance(&customer, unit)?.map_or(Money::ZERO, |balance| balance.balance);
    let thresholds = snapshot.warning(&customer, unit)?.map_or_else(WarningDetails::empty, |warning| warning.details);
    let recipients = report::warning_recipients(snapshot, &customer, &thresholds)?;
    let level = match kind {
        EmailTemplate::LowUpper => Level::Upper,
        EmailTemplate::LowLower => Level::Lower,
        EmailTemplate::Internal => thresholds.level(balance).max(Level::Upper),
        _ => Level::Ok,
    };
    renderer.compose(&Notice {
        kind,
        customer: &customer,
        unit,
        balance,
        level,
        thresholds: &thresholds,
        customer_recipients: &recipients,
        at: Clock::System.now(),
    })
}
