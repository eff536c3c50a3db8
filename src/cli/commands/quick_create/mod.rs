//! `ssgctl quick-create`: creates a customer that can send messages at once, in one transaction.

mod payload;
mod row;

use std::path::PathBuf;

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::text::ParsedList;
use ssgctl::model::{
    AccountCode, ContactDetails, CustomerDetails, Description, EmailAddress, EmailTemplate, Invalid, Money, Msisdn,
    Name, Organisation, Role, SystemId, Unit, Warning,
};
use ssgctl::ops::balance::Adjustment;
use ssgctl::ops::quick_create::QuickCreate;
use ssgctl::store::Tx;
use ssgctl::{Error, ops};

use crate::args::amount;
use crate::args::change::ChangeArgs;
use crate::args::clock::ClockArgs;
use crate::args::completion;
use crate::args::confusable;
use crate::args::misread;
use crate::args::vat_number;
use crate::commands::mail::outcome;
use crate::commands::quick_create::payload::Payload;
use crate::commands::quick_create::row::CreatedCustomer;
use crate::commands::{customer, smpp};
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::interactive::wizard;
use crate::interactive::wizard::{Dialogue, questions};
use ssgctl::mail::AccountEmails;

/// Create a customer with contact, SMPP account and opening balance, all or none
///
/// Prints the credentials for the customer. On a terminal and without --organisation, asks for everything that is
/// missing, shows all answers for review, and prints the equivalent command line. With --from-json, reads the payload
/// of the gateway's management API; options override the payload.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl quick-create
  ssgctl quick-create --organisation 'ABC Corp' --country GB --credit 100
  ssgctl quick-create --organisation 'ABC Corp' --contact-name 'Zoë Núñez' --contact-email zoe@abc.example --send-email
  ssgctl quick-create --organisation 'ABC Corp' --credit 5000 --warn-upper 500 --warn-lower 100 --max-tps 50
  echo '{\"organisation\":\"ABC Corp\",\"country\":\"gb\",\"credit\":100}' | ssgctl quick-create --from-json - --json")]
pub(crate) struct QuickCreateArgs {
    /// Read the JSON payload of the management API from this file; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    from_json: Option<PathBuf>,

    /// Legal or trading name
    #[arg(long, value_name = "NAME", help_heading = "Company")]
    organisation: Option<Organisation>,

    /// Account code [default: derived from the organisation, such as ABCCORP331]
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

    /// Opening balance [default: none]
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, help_heading = "Balance", value_parser = amount::written)]
    credit: Option<Money>,

    /// Unit of the balance: `SMS` or an ISO 4217 currency code
    #[arg(long, value_name = "UNIT", default_value_t, help_heading = "Balance", add = ArgValueCandidates::new(completion::units))]
    unit: Unit,

    /// Early warning at or below this balance
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, help_heading = "Balance", value_parser = amount::written)]
    warn_upper: Option<Money>,

    /// Urgent warning at or below this balance; at most --warn-upper
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true, help_heading = "Balance", value_parser = amount::written)]
    warn_lower: Option<Money>,

    /// System ID, at most 15 characters [default: generated]
    #[arg(long, value_name = "ID", help_heading = "SMPP account")]
    system_id: Option<SystemId>,

    #[command(flatten)]
    account: smpp::DetailArgs,

    #[command(flatten)]
    password: smpp::PasswordArgs,

    /// Send the contact a welcome email with the credentials, including the password
    #[arg(long, help_heading = "Contact")]
    send_email: bool,

    /// Ask for everything that is missing
    #[arg(long)]
    ask: bool,

    #[command(flatten)]
    clock: ClockArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

/// The questions of the wizard that runs without an organisation.
const DIALOGUE: Dialogue = Dialogue {
    questions: &[
        questions::ORGANISATION,
        questions::COMPANY,
        questions::SERVICE,
        questions::SYSTEM_ID,
        questions::BALANCE,
        questions::ACCOUNT,
        questions::EMAIL_TO_CONTACT,
    ],
    confirm: Some("Create this customer"),
    can_email: |context| smpp::account_emails(context).map(drop),
    recipients: |_, answers| Ok(answers.of("--contact-email").map(str::to_owned).into_iter().collect()),
};

pub(crate) fn run(mut args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    context.may_create_database(args.change.dry_run);
    let payload = args.from_json.take().map(|file| payload::read(&file)).transpose()?;
    let has_organisation =
        args.organisation.is_some() || payload.as_ref().is_some_and(|payload| payload.organisation.is_some());
    if args.ask || !has_organisation && context.prompt.can_ask() {
        let answered = payload.as_ref().map(Payload::options).unwrap_or_default();
        args = wizard::complete(context, &DIALOGUE, &answered, args.change.dry_run)?;
    }
    if let Some(payload) = payload {
        args.fill_from(payload);
    }
    create(args, context)
}

fn create(args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    args.account.note_cleared_host_bits(context);
    context.apply_clock(args.clock)?;
    let password = args.password.read(context)?;
    let shows_password = password.is_none();
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
    // What an email needs is loaded before anything is written, so that a customer whose email cannot be sent is not
    // created.
    let emails = if args.send_email { Some(welcome_emails(context, new.contact.as_ref())?) } else { None };
    let mut created = context.write(&args.change, |tx| {
        let entities = ops::quick_create::quick_create(tx, &vault, new)?;
        warnings.apply(tx, entities.customer.account_code.as_str())?;
        let warning = thresholds.set(tx, entities.customer.account_code.as_str())?;
        let account = entities.credentials.account.system_id.as_str();
        let emails = match &emails {
            Some(emails) => emails.queue(tx, EmailTemplate::Welcome, account, None, true)?.1,
            None => Vec::new(),
        };
        Ok::<_, Failure>(CreatedCustomer { entities, shows_password, warning, emails })
    })?;
    confusable::warn(&created.entities.customer, context);
    vat_number::warn(&created.entities.customer.details);
    misread::warn("account code", created.entities.customer.account_code.as_str());
    misread::warn("system ID", created.entities.credentials.account.system_id.as_str());
    let Some(emails) = emails.filter(|_| !args.change.dry_run) else {
        context.output.row(&created)?;
        if !args.change.dry_run && context.prompt.can_ask() {
            let system_id = &created.entities.credentials.account.system_id;
            context.note(&format!(
                "next: `ssgctl smpp handover {system_id} --reveal --mail` sends the customer the details"
            ));
        }
        return Ok(());
    };
    let sent = outcome::send_new(context, &args.change.audit, emails, created.emails)?;
    created.emails = sent.emails;
    context.output.row(&created)?;
    sent.verdict
}

/// Loads what welcome emails need, after checking that there is a recipient.
fn welcome_emails(context: &Context, contact: Option<&ContactDetails>) -> Result<AccountEmails> {
    if contact.is_none_or(|contact| contact.email.is_none()) {
        return Err(Failure::missing("--contact-email", "to send an email to"));
    }
    smpp::account_emails(context)
}

/// The thresholds of `--warn-upper` and `--warn-lower`.
struct Thresholds {
    unit: Unit,
    upper: Option<Money>,
    lower: Option<Money>,
}

impl Thresholds {
    /// Sets these thresholds, on top of the warning that the configuration sets for every new customer.
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
    /// Fills in values of a payload that no option has.
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
        self.account.cug = self.account.cug.take().or(payload.cug_mobiles.map(ParsedList));
    }
}

/// The first contact. It has every role, because it is the only one. Without a name, its address or number is its name.
fn contact(name: Option<Name>, email: Option<EmailAddress>, mobile: Option<Msisdn>) -> Result<Option<ContactDetails>> {
    let default_name = email.as_ref().map(ToString::to_string).or(mobile.as_ref().map(ToString::to_string));
    let name = match (name, default_name) {
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
