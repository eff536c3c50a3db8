//! `ssgctl quick-create`: a customer ready to send, in one act.

mod payload;
mod row;

use std::path::PathBuf;

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{
    AccountCode, ContactDetails, CustomerDetails, Description, EmailAddress, EmailTemplate, Invalid, Money, Msisdn,
    MsisdnList, Name, Organisation, Role, SystemId, Unit, Warning,
};
use ssgctl::ops::balance::Adjustment;
use ssgctl::ops::quick_create::QuickCreate;
use ssgctl::store::Tx;
use ssgctl::{Error, ops};

use crate::args::change::ChangeArgs;
use crate::args::completion;
use crate::args::confusable;
use crate::commands::mail::outcome;
use crate::commands::quick_create::payload::Payload;
use crate::commands::quick_create::row::Created;
use crate::commands::{customer, smpp};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::interactive::wizard;
use crate::interactive::wizard::{Dialogue, questions};
use ssgctl::mail::AccountEmails;

/// Make a customer with contact, SMPP account and opening balance, all or nothing
///
/// Prints what the customer must be told. At a terminal, without --organisation, it asks for everything that is not given, shows
/// all answers, and says how the same is done in one line. With --from-json it takes the payload of the gateway's management
/// API; options given beside it come before what the payload says.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl quick-create
  ssgctl quick-create --organisation 'ABC Corp' --country GB --credit 100
  ssgctl quick-create --organisation 'ABC Corp' --contact-name 'Zoë Núñez' --contact-email zoe@abc.example --send-email
  ssgctl quick-create --organisation 'ABC Corp' --credit 5000 --warn-upper 500 --warn-lower 100 --max-tps 50
  echo '{\"organisation\":\"ABC Corp\",\"country\":\"gb\",\"credit\":100}' | ssgctl quick-create --from-json - --json")]
pub(crate) struct QuickCreateArgs {
    /// Take the management API's JSON payload from a file; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    from_json: Option<PathBuf>,

    /// Legal or trading name
    #[arg(long, value_name = "NAME", help_heading = "Company")]
    organisation: Option<Organisation>,

    /// Account code; made from the organisation when not given, like ABCCORP331
    #[arg(long, value_name = "CODE", help_heading = "Billing")]
    account_code: Option<AccountCode>,

    #[command(flatten)]
    customer: customer::DetailArgs,

    /// Name of the first contact
    #[arg(long, value_name = "NAME", help_heading = "Contact")]
    contact_name: Option<Name>,

    /// Email address of the first contact
    #[arg(long, value_name = "EMAIL", help_heading = "Contact")]
    contact_email: Option<EmailAddress>,

    /// Mobile number of the first contact
    #[arg(long, value_name = "NUMBER", help_heading = "Contact")]
    contact_mobile: Option<Msisdn>,

    /// What the balance opens with; nothing when not given
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, help_heading = "Balance")]
    credit: Option<Money>,

    /// What the balance counts in: SMS credits or a currency by ISO 4217
    #[arg(long, value_name = "UNIT", default_value_t, help_heading = "Balance", add = ArgValueCandidates::new(completion::units))]
    unit: Unit,

    /// Early warning: the balance is low at or below this
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, help_heading = "Balance")]
    warn_upper: Option<Money>,

    /// Urgent warning, not above the early one
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, help_heading = "Balance")]
    warn_lower: Option<Money>,

    /// System ID, at most 15 characters; generated when not given
    #[arg(long, value_name = "ID", help_heading = "SMPP account")]
    system_id: Option<SystemId>,

    #[command(flatten)]
    account: smpp::DetailArgs,

    #[command(flatten)]
    password: smpp::PasswordArgs,

    /// Write to the contact what it must know to use the account, its password included
    #[arg(long, help_heading = "Contact")]
    send_email: bool,

    /// Ask for everything that is not given
    #[arg(long)]
    ask: bool,

    #[command(flatten)]
    change: ChangeArgs,
}

/// What is asked of whoever makes a customer without naming it.
const DIALOGUE: Dialogue = Dialogue {
    questions: &[
        questions::ORGANISATION,
        questions::COMPANY,
        questions::SERVICE,
        questions::BALANCE,
        questions::ACCOUNT,
        questions::EMAIL_TO_CONTACT,
    ],
    confirm: Some("Create this customer"),
    can_email: |context| smpp::account_emails(context).map(drop),
};

pub(crate) fn run(mut args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    let payload = args.from_json.take().map(|file| payload::read(&file)).transpose()?;
    let is_named =
        args.organisation.is_some() || payload.as_ref().is_some_and(|payload| payload.organisation.is_some());
    if args.ask || !is_named && context.prompt.can_ask() {
        let settled = payload.as_ref().map(Payload::options).unwrap_or_default();
        args = wizard::complete(context, &DIALOGUE, &settled)?;
    }
    if let Some(payload) = payload {
        args.fill_from(payload);
    }
    create(args, context)
}

fn create(args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    args.account.tell_cut(context);
    let password = args.password.read(context)?;
    let generates = password.is_none();
    let Some(organisation) = args.organisation else {
        return Err(Failure::not_given("--organisation <NAME>", "organisation"));
    };
    let mut customer = CustomerDetails::of(organisation);
    context.settings.defaults.apply(&mut customer);
    args.customer.apply(&mut customer)?;
    let new = QuickCreate {
        account_code: args.account_code,
        customer,
        contact: contact(args.contact_name, args.contact_email, args.contact_mobile)?,
        account: args.account.new_account(args.system_id, password, &context.settings.defaults)?,
        opening: args
            .credit
            .filter(|&credit| credit != Money::ZERO)
            .map(|credit| opening(credit, args.unit))
            .transpose()?,
    };
    let vault = context.vault()?;
    let warnings = context.settings.warnings.clone();
    let thresholds = Thresholds { unit: args.unit, upper: args.warn_upper, lower: args.warn_lower };
    let emails = if args.send_email { Some(writer_to_contact(context, new.contact.as_ref())?) } else { None };
    let mut created = context.write(&args.change, |tx| {
        let made = ops::quick_create::quick_create(tx, &vault, new)?;
        warnings.apply(tx, made.customer.account_code.as_str())?;
        let warning = thresholds.set(tx, made.customer.account_code.as_str())?;
        let account = made.credentials.account.system_id.as_str();
        let emails = match &emails {
            Some(emails) => emails.queue(tx, EmailTemplate::Welcome, account, None, true)?.1,
            None => Vec::new(),
        };
        Ok::<_, Failure>(Created { made, generates, warning, emails })
    })?;
    confusable::warn(&created.made.customer, context);
    let Some(emails) = emails.filter(|_| !args.change.dry_run) else { return context.output.row(&created) };
    let posted = outcome::send_new(context, &args.change.why, emails, created.emails)?;
    created.emails = posted.emails;
    context.output.row(&created)?;
    posted.verdict
}

/// Who writes to a new customer, if there is somebody to write to.
fn writer_to_contact(context: &Context, contact: Option<&ContactDetails>) -> Result<AccountEmails> {
    if contact.is_none_or(|contact| contact.email.is_none()) {
        return Err(Failure::missing("--contact-email", "to send an email to"));
    }
    smpp::account_emails(context)
}

/// The thresholds of the warning that a new customer is given.
struct Thresholds {
    unit: Unit,
    upper: Option<Money>,
    lower: Option<Money>,
}

impl Thresholds {
    /// Sets what was given, beside what every new customer gets.
    fn set(&self, tx: &mut Tx<'_>, customer: &str) -> ssgctl::Result<Option<Warning>> {
        if self.upper.is_none() && self.lower.is_none() {
            return Ok(None);
        }
        let warning = ops::warning::set(tx, customer, self.unit, |details| {
            details.upper = self.upper.or(details.upper);
            details.lower = self.lower.or(details.lower);
        })?;
        Ok(Some(warning))
    }
}

impl QuickCreateArgs {
    /// Takes from a payload what no option gave.
    fn fill_from(&mut self, payload: Payload) {
        self.send_email |= payload.send_email_customer;
        self.organisation = self.organisation.take().or(payload.organisation);
        self.account_code = self.account_code.take().or(payload.account_code);
        self.customer.default_country(payload.country);
        self.contact_name = self.contact_name.take().or(payload.contact_name);
        self.contact_email = self.contact_email.take().or(payload.contact_email);
        self.contact_mobile = self.contact_mobile.take().or(payload.contact_mobile);
        self.credit = self.credit.or(payload.credit);
        self.account.service = self.account.service.take().or(payload.service);
        self.account.cug = self.account.cug.take().or(payload.cug_mobiles.map(MsisdnList));
    }
}

/// The first contact: there for everything, as it is the only one. Without a name it goes by its address or number.
fn contact(name: Option<Name>, email: Option<EmailAddress>, mobile: Option<Msisdn>) -> Result<Option<ContactDetails>> {
    let stand_in = email.as_ref().map(ToString::to_string).or(mobile.as_ref().map(ToString::to_string));
    let name = match (name, stand_in) {
        (Some(name), _) => name,
        (None, Some(text)) => {
            let cut: String = text.chars().take(100).collect();
            cut.parse().map_err(|rule| Error::invalid("contact_name", cut, rule))?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(ContactDetails { name, email, mobile, roles: Role::ALL.to_vec().into() }))
}

fn opening(amount: Money, unit: Unit) -> Result<Adjustment> {
    if amount < Money::ZERO {
        return Err(Error::invalid("credit", amount, Invalid::rule("must not be negative")).into());
    }
    let text = "opening balance";
    let description: Description = text.parse().map_err(|rule| Error::invalid("description", text, rule))?;
    Ok(Adjustment { unit: Some(unit), amount, description, reference: None, key: None, allow_negative: false })
}
