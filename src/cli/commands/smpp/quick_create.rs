//! `ssgctl smpp quick-create`.

use clap::Args;
use clap_complete::ArgValueCompleter;
use ssgctl::model::{EmailState, EmailTemplate, Limit, OutboxEmail, Password, SmppAccount, SystemId};
use ssgctl::ops;

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::commands::mail::outcome;
use crate::commands::smpp::{DetailArgs, PasswordArgs, account_emails};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::interactive::wizard;
use crate::interactive::wizard::{Dialogue, questions};
use crate::output::{Cell, Column, Row};

/// Give a customer an SMPP account and tell it, all or nothing
///
/// Prints what the customer must be told. At a terminal, with CUSTOMER alone, it asks for everything that is not given, shows all
/// answers, and says how the same is done in one line.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl smpp quick-create ABCCORP331
  ssgctl smpp quick-create ABCCORP331 --max-tps 50 --cug +447700900123 --dlr-webhook https://abc.example/dlr --send-email")]
pub(crate) struct QuickCreateArgs {
    /// Account code or API ID of the customer
    #[arg(value_name = "CUSTOMER", add = ArgValueCompleter::new(completion::customers))]
    customer: Option<String>,

    /// System ID, at most 15 characters; generated when not given
    #[arg(long, value_name = "ID")]
    system_id: Option<SystemId>,

    #[command(flatten)]
    details: DetailArgs,

    #[command(flatten)]
    password: PasswordArgs,

    /// Write to the customer what it must know to use the account, its password included
    #[arg(long)]
    send_email: bool,

    /// Ask for everything that is not given
    #[arg(long)]
    ask: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

const DIALOGUE: Dialogue = Dialogue {
    questions: &[questions::CUSTOMER, questions::SERVICE, questions::ACCOUNT, questions::EMAIL],
    confirm: Some("Create this account"),
    can_email: |context| account_emails(context).map(drop),
};

/// An account just made, as the customer must be told it.
struct Created {
    account: SmppAccount,
    /// The password if it was generated: whoever gave one has it already.
    generated: Option<Password>,
    emails: Vec<OutboxEmail>,
}

impl Row for Created {
    const NAME: &str = "system_id";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("customer", |c| Cell::text(&c.account.customer)),
        Column::new("system_id", |c| Cell::text(&c.account.system_id)),
        Column::new("password", |c| Cell::maybe(c.generated.as_ref().map(Password::reveal))),
        Column::new("service", |c| Cell::text(&c.account.details.service)),
        Column::detail("max_tps", |c| Cell::maybe_number(c.account.details.max_tps.map(Limit::get))),
        Column::detail("max_binds", |c| Cell::maybe_number(c.account.details.max_binds.map(Limit::get))),
        Column::detail("cug_size", |c| Cell::number(c.account.cug_size)),
        Column::detail("email_sent_to", |c| {
            let sent = c.emails.iter().filter(|email| email.state == EmailState::Sent);
            Cell::shown_list(sent.map(|email| &email.recipient))
        }),
    ];
}

pub(crate) fn run(mut args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    let is_bare = !wizard::answers_any(context, &DIALOGUE) && !args.has_more();
    if args.ask || (is_bare && context.prompt.can_ask()) {
        args = wizard::complete(context, &DIALOGUE, &[])?;
    }
    create(args, context)
}

impl QuickCreateArgs {
    /// Whether more than a customer is given that no question is about.
    fn has_more(&self) -> bool {
        self.system_id.is_some() || self.password.is_given()
    }
}

fn create(args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    let Some(customer) = args.customer else { return Err(Failure::not_given("CUSTOMER", "customer")) };
    args.details.tell_cut(context);
    let password = args.password.read(context)?;
    let generates = password.is_none();
    let account = args.details.new_account(args.system_id, password, &context.settings.defaults)?;
    let emails = if args.send_email { Some(account_emails(context)?) } else { None };
    let vault = context.vault()?;
    let mut created = context.write(&args.change, |tx| {
        let made = ops::smpp::add(tx, &vault, &customer, account)?;
        let emails = match &emails {
            Some(emails) => emails.queue(tx, EmailTemplate::Handover, made.account.system_id.as_str(), None, true)?.1,
            None => Vec::new(),
        };
        Ok::<_, Failure>(Created { account: made.account, generated: generates.then_some(made.password), emails })
    })?;
    let Some(emails) = emails.filter(|_| !args.change.dry_run) else { return context.output.row(&created) };
    let posted = outcome::send_new(context, &args.change.why, emails, created.emails)?;
    created.emails = posted.emails;
    context.output.row(&created)?;
    posted.verdict
}
