//! `ssgctl invoice send`.

use clap::Args;
use ssgctl::model::{EmailList, OutboxEmail};
use ssgctl::ops;
use ssgctl::ops::invoice::{QueuedInvoice, SendRequest};

use crate::args::change::ChangeArgs;
use crate::commands::invoice::mailing::Mailer;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, Row};

/// Email invoices, credit notes and pro-formas with their PDF
///
/// The PDF is the one that was stored when the invoice was issued. With `xml` in [invoice] of the configuration, the e-invoice is
/// attached too. Recipients are the customer's invoice emails, else its billing contacts.
///
/// Each recipient gets an invoice once, no matter how often the command runs; --again sends another copy. Emails that cannot be
/// sent now are sent by the next `ssgctl balance check`. An invoice was sent when the mail server has accepted an email of it.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice send INV-2026-0007
  ssgctl invoice send INV-2026-0007 --to accounts@abc.example
  ssgctl invoice send INV-2026-0007 --again --reason 'customer lost it'
  ssgctl invoice list --unsent -o name | xargs -r ssgctl invoice send")]
pub(crate) struct SendArgs {
    /// Numbers of invoices and credit notes, and IDs of pro-formas
    #[arg(value_name = "INVOICE", required = true)]
    invoices: Vec<String>,

    /// Recipients, separated by commas [default: the invoice emails, else the billing contacts]
    #[arg(long, value_name = "EMAIL,…")]
    to: Option<EmailList>,

    /// Send another copy to those who have it
    #[arg(long)]
    again: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

impl Row for QueuedInvoice {
    const NAME: &str = "email";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("invoice", |q: &Self| Cell::shown(q.invoice.name())),
        Column::new("customer", |q| Cell::text(&q.invoice.customer)),
        Column::new("email", |q: &Self| Cell::number(q.email.id)).id(),
        Column::new("recipient", |q: &Self| Cell::email(&q.email.recipient)).essential(),
        Column::new("state", |q: &Self| Cell::text(q.email.state.as_str())).state().essential(),
        Column::new("replayed", |q| Cell::Flag(q.replayed)),
        Column::detail("subject", |q: &Self| Cell::text(&q.email.content.subject)).text(),
        Column::detail("last_error", |q: &Self| Cell::maybe(q.email.last_error.as_ref())).text(),
    ];
}

pub(crate) fn run(args: &SendArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    let mut mailer = Mailer::of(context)?;
    let request = SendRequest { to: args.to.as_ref().map(|list| list.0.clone()), again: args.again };
    let mut rows: Vec<QueuedInvoice> = context.write(&args.change, |tx| {
        let send = |name| ops::invoice::send(tx, &invoicing, &mailer.mailing, name, &request);
        args.invoices.iter().map(String::as_str).map(send).collect::<ssgctl::Result<Vec<_>>>().map(|rows| rows.concat())
    })?;
    for row in rows.iter().filter(|row| row.replayed) {
        let (invoice, email) = (row.invoice.name(), &row.email);
        context.note(&format!(
            "{invoice} is {} to {} by email {}; --again sends another copy",
            email.state, email.recipient, email.id
        ));
    }
    if args.change.dry_run {
        return context.output.rows(&rows);
    }
    let new: Vec<OutboxEmail> = rows.iter().filter(|row| !row.replayed).map(|row| row.email.clone()).collect();
    let sent = mailer.deliver(context, &args.change.audit, new)?;
    for row in &mut rows {
        if let Some(email) = sent.emails.iter().find(|email| email.id == row.email.id) {
            row.email = email.clone();
        }
    }
    context.output.rows(&rows)?;
    sent.verdict
}
