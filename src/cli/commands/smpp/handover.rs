//! `ssgctl smpp handover`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::mail::obstacle_text;
use ssgctl::model::{EmailList, EmailTemplate, Handover, Limit, Password, RenderedEmail};
use ssgctl::ops;
use ssgctl::store::Clock;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::mail::outcome;
use crate::commands::smpp::account_emails;
use crate::context::Context;
use crate::escape::visible;
use crate::exit::{Failure, Result};
use crate::output::{Cell, Column, Row};

/// Print or email what a customer needs to use an SMPP account
///
/// Prints system ID, hosts, ports and limits as a text for the customer; the password is included only with --reveal.
/// With --mail, the technical contacts, or else the first contact, receive it by email. An email that cannot be sent
/// now is sent by the next `balance check`.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp handover abc_prod
  ssgctl smpp handover abc_prod --reveal --reason 'for the key account manager' > abc.txt
  ssgctl smpp handover abc_prod --reveal --mail
  ssgctl smpp handover abc_prod --to zoe@abc.example --dry-run")]
pub(crate) struct HandoverArgs {
    /// System ID or short name
    #[arg(value_name = "ACCOUNT", add = ArgValueCompleter::new(completion::accounts))]
    account: String,

    /// Include the password; recorded in the audit log
    #[arg(long)]
    reveal: bool,

    /// Email the customer's contacts
    #[arg(long)]
    mail: bool,

    /// Email these addresses, separated by commas
    #[arg(long, value_name = "EMAIL,…")]
    to: Option<EmailList>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The handover of an account, with the password if it is revealed.
struct HandoverRow {
    pack: Handover,
    notes: Vec<String>,
    password: Option<Password>,
}

impl Row for HandoverRow {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |h| Cell::text(&h.pack.account.customer)),
        Column::new("system_id", |h| Cell::text(&h.pack.account.system_id)),
        Column::new("password", |h| Cell::maybe(h.password.as_ref().map(Password::reveal))),
        Column::detail("system_type", |h| Cell::maybe(h.pack.account.details.system_type.as_ref())),
        Column::detail("address_range", |h| Cell::maybe(h.pack.account.details.address_range.as_ref())),
        Column::new("hosts", |h| Cell::list(&h.pack.gateway.hosts)),
        Column::new("port", |h: &Self| Cell::number(h.pack.gateway.port.get())).id(),
        Column::new("tls_port", |h: &Self| Cell::number(h.pack.gateway.tls_port.get())).id(),
        Column::detail("rest_url", |h| Cell::maybe(h.pack.gateway.rest_url.as_ref())),
        Column::new("max_tps", |h| Cell::maybe_number(h.pack.account.details.max_tps.map(Limit::get))),
        Column::detail("max_binds", |h| Cell::maybe_number(h.pack.account.details.max_binds.map(Limit::get))),
        Column::detail("allowed_ips", |h| Cell::shown_list(&h.pack.account.details.allowed_ips)),
        Column::detail("notes", |h| Cell::shown_list(&h.notes)),
        Column::detail("obstacle", |h| Cell::maybe(h.pack.obstacle().map(obstacle_text))),
    ];
}

pub(crate) fn run(args: &HandoverArgs, context: &mut Context) -> Result<()> {
    if args.mail || args.to.is_some() {
        return mail(args, context);
    }
    if args.change.dry_run {
        return Err(Failure::usage("--dry-run is only valid with --mail or --to")
            .hint("without them, nothing is saved or sent"));
    }
    let (gateway, renderer) = (context.gateway_for_customers()?, context.settings.mail.renderer()?);
    let handover = if args.reveal {
        let vault = context.existing_vault()?;
        context.write(&args.change, |tx| {
            let pack = ops::handover::details(tx, &args.account, &gateway, tx.at())?;
            // Render once before the reveal is logged, so that a broken template leaves no trace of a reveal.
            renderer.account_text(&pack, RenderedEmail::PASSWORD_PLACEHOLDER)?;
            let password = Some(ops::smpp::reveal(tx, &vault, &args.account)?.password);
            Ok::<_, ssgctl::Error>(HandoverRow { notes: renderer.account_notes(&pack)?, pack, password })
        })?
    } else {
        let pack = context.read(|now| ops::handover::details(now, &args.account, &gateway, Clock::System.now()))?;
        HandoverRow { notes: renderer.account_notes(&pack)?, pack, password: None }
    };
    warn_of_obstacle(&handover.pack);
    if context.output.wants_rows() {
        return context.output.row(&handover);
    }
    let password = handover.password.as_ref().map_or(RenderedEmail::PASSWORD_PLACEHOLDER, Password::reveal);
    let text = renderer.account_text(&handover.pack, password)?;
    context.output.text(visible(&text).as_bytes())
}

fn mail(args: &HandoverArgs, context: &mut Context) -> Result<()> {
    let sender = account_emails(context)?;
    let vault = if args.reveal { Some(context.existing_vault()?) } else { None };
    let to = args.to.as_ref().map(|list| list.0.as_slice());
    let mut handover = None;
    let emails = context.write(&args.change, |tx| {
        if let Some(vault) = &vault {
            ops::smpp::reveal(tx, vault, &args.account)?;
        }
        let (pack, emails) = sender.queue(tx, EmailTemplate::Handover, &args.account, to, args.reveal)?;
        handover = Some(pack);
        Ok::<_, Failure>(emails)
    })?;
    handover.iter().for_each(warn_of_obstacle);
    if args.change.dry_run {
        return context.output.rows(&emails);
    }
    let sent = outcome::send_new(context, &args.change.audit, sender, emails)?;
    context.output.rows(&sent.emails)?;
    sent.verdict
}

fn warn_of_obstacle(pack: &Handover) {
    if let Some(obstacle) = pack.obstacle() {
        Context::warn(&format!("SMPP account {} cannot be used: {}", pack.account.system_id, obstacle_text(obstacle)));
    }
}
