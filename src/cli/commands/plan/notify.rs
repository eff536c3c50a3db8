//! `ssgctl plan notify`: queues emails about planned changes of prices.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::error::count;
use ssgctl::model::{EmailTemplate, Time, Zone};
use ssgctl::ops;
use ssgctl::ops::price_notice::NotifiedCustomer;
use ssgctl::report::NoticeQuestion;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::effective::EffectiveTime;
use crate::args::period::{Days, ZoneArgs};
use crate::commands::mail::outcome;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, Row};

/// Email customers about planned changes of a plan's prices
///
/// Queues an email for each customer with an active SMPP account that has the plan when a price changes, as the plan of
/// its service or as an overlay. The email lists the changes that concern the customer: the destination, the new price,
/// the price until then, and the time in --timezone. Destinations to which the customer sent messages in the last 30
/// days come first. A change is left out if a plan that is asked first has its own price for the destination.
///
/// A customer is notified of a change once, so running this again queues nothing. A correction of a planned price is a
/// new change. Recipients are the billing contacts, else the invoice emails; a customer without an address is listed, and
/// the command exits 12. The emails are sent by the next `ssgctl balance check`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl plan notify EUR-STD --dry-run
  ssgctl plan notify EUR-STD --effective 2026-12-01 --timezone Europe/London --minimum-notice 7d
  ssgctl plan notify EUR-STD --from 2026-12-01 --until 2027-01-01 --reason 'prices of December'")]
pub(crate) struct NotifyArgs {
    /// Code
    #[arg(value_name = "PLAN", add = ArgValueCompleter::new(completion::plans))]
    plan: String,

    /// Only changes from this time on: a date (its first second) or a time [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<EffectiveTime>,

    /// Only changes before this time
    #[arg(long, value_name = "TIME")]
    until: Option<EffectiveTime>,

    /// Only changes that count from exactly this time on
    #[arg(long, value_name = "TIME", conflicts_with_all = ["from", "until"])]
    effective: Option<EffectiveTime>,

    /// Refuse rises that are sooner than this, such as 7d or 2w
    #[arg(long, value_name = "DAYS")]
    minimum_notice: Option<Days>,

    #[command(flatten)]
    zone: ZoneArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

impl Row for NotifiedCustomer {
    const NAME: &str = "customer";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |c| Cell::text(&c.customer)),
        Column::new("changes", |c| Cell::number(c.changes)),
        Column::new("higher", |c| Cell::number(c.higher)),
        Column::new("lower", |c| Cell::number(c.lower)),
        Column::detail("withdrawn", |c| Cell::number(c.withdrawn)),
        Column::detail("used", |c| Cell::number(c.used)),
        Column::new("effective", |c| Cell::maybe_time(c.effective)),
        Column::new("recipients", |c| Cell::emails(&c.recipients)),
        Column::detail("subject", |c: &Self| Cell::maybe(c.subject.as_ref())).text(),
    ];
}

pub(crate) fn run(args: &NotifyArgs, context: &mut Context) -> Result<()> {
    let zone = args.zone.zone(context.settings.defaults.zone());
    let question = args.question(&zone)?;
    let renderer = context.settings.mail.renderer()?;
    renderer.can_sign(EmailTemplate::Prices)?;
    if !args.change.dry_run {
        // Emails that cannot be sent at all are not queued.
        context.settings.mail.transport()?.transport()?;
    }
    let days = args.minimum_notice.map(Days::count);
    let customers = context.write(&args.change, |tx| {
        ops::price_notice::notify(tx, &args.plan, question, days, &|notice| renderer.compose_prices(notice, &zone))
    })?;
    let without: Vec<_> = customers.iter().filter(|customer| customer.recipients.is_empty()).collect();
    for NotifiedCustomer { customer, .. } in &without {
        Context::warn(&format!("{customer} has no billing contact with an email address and no invoice email"));
    }
    context.output.rows(&customers)?;
    if customers.is_empty() {
        context.note("no customer is to be notified of a change");
    }
    if !without.is_empty() {
        let message = format!("{} could not be notified: no email address", count(without.len() as u64, "customer"));
        let hint = "add a contact with `ssgctl contact add CUSTOMER --roles billing --email EMAIL`, and run this again";
        return Err(outcome::attention(message).hint(hint));
    }
    Ok(())
}

impl NotifyArgs {
    fn question(&self, zone: &Zone) -> Result<NoticeQuestion> {
        let resolved = |time: Option<EffectiveTime>| -> Result<Option<Time>> {
            Ok(time.map(|time| time.resolve(zone)).transpose()?.flatten())
        };
        let is_beginning = |time: &Option<EffectiveTime>| matches!(time, Some(EffectiveTime::Beginning));
        if [self.until, self.effective].iter().any(is_beginning) {
            return Err(Failure::usage("only changes that are later than now are planned, and `beginning` is not"));
        }
        let (mut from, mut until) = (resolved(self.from)?, resolved(self.until)?);
        if let Some(effective) = resolved(self.effective)? {
            let next = effective.timestamp().checked_add(jiff::SignedDuration::from_secs(1)).ok();
            (from, until) = (Some(effective), next.map(Time::from_timestamp));
        }
        if let (Some(from), Some(until)) = (from, until)
            && from >= until
        {
            return Err(Failure::usage("--until must be later than --from").field("until"));
        }
        Ok(NoticeQuestion { from, until, ..NoticeQuestion::default() })
    }
}
