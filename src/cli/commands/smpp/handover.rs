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

/// Tell what a customer must know to use an SMPP account
///
/// System ID, hosts, ports and limits, as a text that can be passed on. The password is told with --reveal only. An email goes
/// to the customer's technical contacts, else to its first contact; one that cannot be sent now waits for `balance check`.
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

    /// Tell the password too; the audit log keeps that it was told
    #[arg(long)]
    reveal: bool,

    /// Write an email to the customer
    #[arg(long)]
    mail: bool,

    /// Write an email to these addresses, separated by commas
    #[arg(long, value_name = "EMAIL,…")]
    to: Option<EmailList>,

    #[command(flatten)]
    change: ChangeArgs,
}

/// What is told, and the password if it is.
struct Told {
    pack: Handover,
    notes: Vec<String>,
    password: Option<Password>,
}

impl Row for Told {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |t| Cell::text(&t.pack.account.customer)),
        Column::new("system_id", |t| Cell::text(&t.pack.account.system_id)),
        Column::new("password", |t| Cell::maybe(t.password.as_ref().map(Password::reveal))),
        Column::detail("system_type", |t| Cell::maybe(t.pack.account.details.system_type.as_ref())),
        Column::detail("address_range", |t| Cell::maybe(t.pack.account.details.address_range.as_ref())),
        Column::new("hosts", |t| Cell::list(&t.pack.gateway.hosts)),
        Column::new("port", |t| Cell::number(t.pack.gateway.port.get())),
        Column::new("tls_port", |t| Cell::number(t.pack.gateway.tls_port.get())),
        Column::detail("rest_url", |t| Cell::maybe(t.pack.gateway.rest_url.as_ref())),
        Column::new("max_tps", |t| Cell::maybe_number(t.pack.account.details.max_tps.map(Limit::get))),
        Column::detail("max_binds", |t| Cell::maybe_number(t.pack.account.details.max_binds.map(Limit::get))),
        Column::detail("allowed_ips", |t| Cell::shown_list(&t.pack.account.details.allowed_ips)),
        Column::detail("notes", |t| Cell::shown_list(&t.notes)),
        Column::detail("obstacle", |t| Cell::maybe(t.pack.obstacle().map(obstacle_text))),
    ];
}

pub(crate) fn run(args: &HandoverArgs, context: &mut Context) -> Result<()> {
    if args.mail || args.to.is_some() {
        return mail(args, context);
    }
    if args.change.dry_run {
        return Err(Failure::usage("--dry-run is for emails").hint("without --mail or --to nothing is written"));
    }
    let (gateway, renderer) = (context.gateway_to_tell()?, context.settings.mail.renderer()?);
    let told = if args.reveal {
        let vault = context.existing_vault()?;
        context.write(&args.change, |tx| {
            let pack = ops::handover::details(tx, &args.account, &gateway, tx.at())?;
            // A reveal is logged, so what could not be shown is refused before it.
            renderer.account_text(&pack, RenderedEmail::STARS)?;
            let password = Some(ops::smpp::reveal(tx, &vault, &args.account)?.password);
            Ok::<_, ssgctl::Error>(Told { notes: renderer.account_notes(&pack)?, pack, password })
        })?
    } else {
        let pack = context.read(|now| ops::handover::details(now, &args.account, &gateway, Clock::System.now()))?;
        Told { notes: renderer.account_notes(&pack)?, pack, password: None }
    };
    warn_of_obstacle(&told.pack);
    if context.output.shows_rows() {
        return context.output.row(&told);
    }
    let password = told.password.as_ref().map_or(RenderedEmail::STARS, Password::reveal);
    let text = renderer.account_text(&told.pack, password)?;
    context.output.text(visible(&text).as_bytes())
}

fn mail(args: &HandoverArgs, context: &mut Context) -> Result<()> {
    let sender = account_emails(context)?;
    let vault = if args.reveal { Some(context.existing_vault()?) } else { None };
    let to = args.to.as_ref().map(|list| list.0.as_slice());
    let mut told = None;
    let emails = context.write(&args.change, |tx| {
        if let Some(vault) = &vault {
            ops::smpp::reveal(tx, vault, &args.account)?;
        }
        let (pack, emails) = sender.queue(tx, EmailTemplate::Handover, &args.account, to, args.reveal)?;
        told = Some(pack);
        Ok::<_, Failure>(emails)
    })?;
    told.iter().for_each(warn_of_obstacle);
    if args.change.dry_run {
        return context.output.all(&emails);
    }
    let posted = outcome::send_new(context, &args.change.why, sender, emails)?;
    context.output.all(&posted.emails)?;
    posted.verdict
}

fn warn_of_obstacle(pack: &Handover) {
    if let Some(obstacle) = pack.obstacle() {
        Context::warn(&format!("SMPP account {} cannot be used: {}", pack.account.system_id, obstacle_text(obstacle)));
    }
}
