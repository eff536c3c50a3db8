//! `ssgctl mail preview`: prints an email, or writes its HTML to a file.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_complete::{ArgValueCandidates, ArgValueCompleter};
use ssgctl::error::quoted;
use ssgctl::mail::{preview_account_email, preview_forecast, preview_invoice, preview_prices, preview_warning};
use ssgctl::model::{EmailTemplate, RenderedEmail, Unit};
use ssgctl::store::{Clock, files};

use crate::args::completion;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// Show an email as a customer would get it now, without sending it
///
/// Prints the text of the email; JSON, JSON Lines and CSV also contain the HTML. Emails about an SMPP account are about
/// the customer's first active account, with stars instead of its password. The email about prices needs a planned
/// change, in the first plan of the customer that has one. Emails of invoices are about the customer's newest document. Emails about
/// forecasts have example figures if the customer's warning does not ask for them.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl mail preview low-upper ABCCORP331
  ssgctl mail preview welcome ABCCORP331
  ssgctl mail preview low-lower ABCCORP331 --html low.html && xdg-open low.html
  ssgctl mail preview internal ABCCORP331 --json | jq -r .subject")]
pub(crate) struct PreviewArgs {
    /// Email template, such as low-upper, days-left, welcome, prices, invoice or reminder
    #[arg(value_name = "TEMPLATE")]
    template: EmailTemplate,

    /// Account code or API ID; not needed for the test email
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// `SMS` or an ISO 4217 currency code [default: the customer's only unit, or SMS if it has no balance]
    #[arg(long, value_name = "UNIT", add = ArgValueCandidates::new(completion::units))]
    unit: Option<Unit>,

    /// Write the HTML to this new file, to view in a browser; - is stdout
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
                let message = format!("{} already exists", quoted(path.display()));
                return Err(Failure::new(ErrorCode::Exists, message));
            }
            context.output.value("path", &path.display().to_string())
        }
        None if context.output.wants_rows() => context.output.row(&email),
        None => {
            let sender = &email.sender;
            let head = format!("From: {} <{}>\nSubject: {}\n\n", sender.name, sender.address, email.subject);
            context.output.text((head + &email.text).as_bytes())
        }
    }
}

fn compose(args: &PreviewArgs, context: &mut Context) -> Result<RenderedEmail> {
    let renderer = context.settings.mail.renderer()?.in_zone(context.settings.defaults.zone());
    if args.template == EmailTemplate::Test {
        return Ok(renderer.compose_test()?);
    }
    let Some(customer) = &args.customer else {
        return Err(Failure::missing("CUSTOMER", "for an email about a customer"));
    };
    if let EmailTemplate::Invoice | EmailTemplate::CreditNote | EmailTemplate::ProForma | EmailTemplate::Reminder =
        args.template
    {
        let (mailing, invoicing) = (context.settings.invoice_mailing()?, context.settings.invoices.invoicing()?);
        let now = Clock::System.now();
        return context
            .read(|snapshot| preview_invoice(snapshot, &mailing, &invoicing.rules, args.template, customer, now));
    }
    let (gateway, zone) = (context.settings.gateway.clone(), context.settings.defaults.zone());
    context.read(|snapshot| match args.template {
        template @ (EmailTemplate::Welcome | EmailTemplate::Handover) => {
            preview_account_email(snapshot, &renderer, template, customer, &gateway, Clock::System.now())
        }
        template @ (EmailTemplate::DaysLeft
        | EmailTemplate::Surge
        | EmailTemplate::Silent
        | EmailTemplate::Forecast
        | EmailTemplate::ForecastEnded) => {
            preview_forecast(snapshot, &renderer, template, customer, args.unit, Clock::System.now())
        }
        EmailTemplate::Prices => preview_prices(snapshot, &renderer, customer, &zone),
        template => preview_warning(snapshot, &renderer, template, customer, args.unit, Clock::System.now()),
    })
}
