//! `ssgctl invoice remind`: the command that cron runs each day.

use clap::Args;
use clap_complete::ArgValueCompleter;
use jiff::civil::Date;
use ssgctl::error::count;
use ssgctl::model::Unit;
use ssgctl::model::invoice::Invoice;
use ssgctl::ops;
use ssgctl::ops::invoice::{QueuedReminder, RemindResult};
use ssgctl::store::{ArchiveFilter, SmppFilter};

use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::commands::invoice::mailing::Mailer;
use crate::commands::mail::outcome;
use crate::context::Context;
use crate::exit::Result;
use crate::output::{Cell, Column, FieldKeys, Row};

/// Email reminders of open invoices; run it from cron once a day
///
/// The levels are `reminders` in [invoice] of the configuration, such as `["-3d", "+1d", "+7d", "+14d"]`: days before and after the
/// due date. Each invoice is reminded of once per level, no matter how often the command runs. If several levels became due since the
/// last run, only the newest is sent. The email has the stored PDF attached and lists everything that is open.
///
/// A payment, credit note or write-off that settles the invoice ends its reminders, and so does `ssgctl invoice hold`; an email that
/// still waits is cancelled. An invoice that payments without an allocation would settle is left out. After the last level, the
/// command proposes to disable the customer's SMPP accounts, and never does it.
///
/// Prints nothing if no reminder is due. Emails that cannot be sent now are sent by the next `ssgctl balance check` (exit 11).
/// `ssgctl invoice show` lists the reminders of an invoice.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl invoice remind --dry-run
  ssgctl invoice remind --customer ABCCORP331
  30 8 * * *  gateway  ssgctl invoice remind   # in /etc/cron.d")]
pub(crate) struct RemindArgs {
    /// Only invoices of this customer, by account code or API ID
    #[arg(long, value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The number of days since a due date; `None` before it.
fn days_overdue(invoice: &Invoice, today: Date) -> Option<i32> {
    let days = today.since(invoice.issued.as_ref()?.due_on).ok()?.get_days();
    Some(days).filter(|days| *days > 0)
}

impl Row for QueuedReminder {
    const NAME: &str = "invoice";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("invoice", |r: &Self| Cell::shown(r.invoice.name())),
        Column::new("customer", |r| Cell::text(&r.invoice.customer)),
        Column::new("level", |r| Cell::shown(r.level)),
        Column::new("days_overdue", |r| Cell::maybe_number(days_overdue(&r.invoice, r.today))),
        Column::new("open", |r| Cell::amount(Unit::Currency(r.invoice.currency), r.invoice.open())),
        Column::new("currency", |r| Cell::text(r.invoice.currency.code())),
        Column::new("recipients", |r: &Self| Cell::emails(r.emails.iter().map(|email| &email.recipient))),
        Column::detail("emails", |r: &Self| Cell::shown_list(r.emails.iter().map(|email| email.id))),
        Column::detail("is_last", |r| Cell::Flag(r.is_last)),
    ];
}

pub(crate) fn run(args: &RemindArgs, context: &mut Context) -> Result<()> {
    let invoicing = context.settings.invoices.invoicing()?;
    let levels = context.settings.invoices.reminder_levels()?;
    let mut mailer = Mailer::of(context)?;
    context.output.refuse_unknown_fields(&QueuedReminder::keys())?;
    context.apply_clock(args.clock)?;
    let RemindResult { reminders, unreachable, covered } = context.transact(&args.change, |tx| {
        let customer_id = args.customer.as_ref().map(|name| tx.customer(name)).transpose()?.map(|found| found.id);
        ops::invoice::remind(tx, &invoicing, &mailer.mailing, &levels, customer_id)
    })?;
    if !reminders.is_empty() || context.output.is_data() || args.change.dry_run {
        context.output.rows(&reminders)?;
    }
    for invoice in &covered {
        context.note(&format!(
            "no reminder of {}: {} has payments or credits that would settle it; see `ssgctl help payment allocate`",
            invoice.name(),
            invoice.customer
        ));
    }
    propose_to_disable(context, &reminders)?;
    for invoice in &unreachable {
        let (customer, name) = (&invoice.customer, invoice.name());
        Context::warn(&format!(
            "no reminder of {name}: {customer} has no invoice email and no billing contact with one"
        ));
    }
    if args.change.dry_run {
        return Ok(());
    }
    let emails = reminders.into_iter().flat_map(|reminder| reminder.emails).collect();
    mailer.deliver(context, &args.change.audit, emails)?.verdict?;
    match unreachable.len() {
        0 => Ok(()),
        number => {
            let message = format!("{} could not be sent: no email address", count(number as u64, "reminder"));
            let hint = "set one with `ssgctl customer edit CUSTOMER --invoice-emails EMAIL`; the next run sends it";
            Err(outcome::attention(message).hint(hint))
        }
    }
}

/// Proposes what an operator may do about customers whom the last level did not move. Nothing is disabled here.
fn propose_to_disable(context: &mut Context, reminders: &[QueuedReminder]) -> Result<()> {
    for reminder in reminders.iter().filter(|reminder| reminder.is_last) {
        let invoice = &reminder.invoice;
        let filter =
            SmppFilter { archive_filter: ArchiveFilter::Active, ..SmppFilter::of_customer(invoice.customer_id) };
        let mut accounts = Vec::new();
        context.read(|snapshot| {
            snapshot.smpp_accounts(&filter, |account| {
                if account.details.enabled {
                    accounts.push(account.system_id.to_string());
                }
                Ok::<_, ssgctl::Error>(())
            })
        })?;
        if accounts.is_empty() {
            continue;
        }
        let (name, accounts) = (invoice.name(), accounts.join(" "));
        context.note(&format!(
            "last reminder of {name} to {}; to stop its messages: ssgctl smpp disable {accounts} --reason '{name} is not paid'",
            invoice.customer
        ));
    }
    Ok(())
}
