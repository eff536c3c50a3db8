//! `ssgctl quick-create`: a customer ready to send, in one act.

mod payload;
mod row;

use std::path::PathBuf;

use clap::Args;
use clap_complete::ArgValueCandidates;
use ssgctl::model::{
    AccountCode, ContactDetails, CustomerDetails, Description, EmailAddress, Invalid, Money, Msisdn, MsisdnList, Name,
    Organisation, Role, SystemId, Unit,
};
use ssgctl::ops::balance::Adjustment;
use ssgctl::ops::quick_create::QuickCreate;
use ssgctl::{Error, ops};

use crate::change::ChangeArgs;
use crate::context::Context;
use crate::exit::{Failure, Result};
use crate::quick_create::payload::Payload;
use crate::quick_create::row::Created;
use crate::{complete, customer, smpp};

/// Make a customer with contact, SMPP account and opening balance, all or nothing
///
/// Prints what the customer must be told. With --from-json it takes the payload of the gateway's management API;
/// options given beside it come before what the payload says.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl quick-create --organisation 'ABC Corp' --country GB --credit 100
  ssgctl quick-create --organisation 'ABC Corp' --contact-name 'Zoë Núñez' --contact-email zoe@abc.example --max-tps 50
  echo '{\"organisation\":\"ABC Corp\",\"country\":\"gb\",\"credit\":100}' | ssgctl quick-create --from-json - --json")]
pub(crate) struct QuickCreateArgs {
    /// Take the management API's JSON payload from a file; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with = "password_stdin")]
    from_json: Option<PathBuf>,

    /// Legal or trading name
    #[arg(long, value_name = "NAME", required_unless_present = "from_json", help_heading = "Company")]
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
    #[arg(long, value_name = "UNIT", default_value_t, help_heading = "Balance", add = ArgValueCandidates::new(complete::units))]
    unit: Unit,

    /// System ID, at most 15 characters; generated when not given
    #[arg(long, value_name = "ID", help_heading = "SMPP account")]
    system_id: Option<SystemId>,

    #[command(flatten)]
    account: smpp::DetailArgs,

    #[command(flatten)]
    password: smpp::PasswordArgs,

    #[command(flatten)]
    change: ChangeArgs,
}

pub(crate) fn run(mut args: QuickCreateArgs, context: &mut Context) -> Result<()> {
    if let Some(file) = args.from_json.take() {
        args.fill_from(payload::read(&file)?)?;
    }
    args.account.tell_cut(context);
    let password = args.password.read(context)?;
    let generates = password.is_none();
    let Some(organisation) = args.organisation else {
        return Err(Failure::missing("organisation", "in the payload or as --organisation"));
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
    let created = context.write(&args.change, |tx| {
        let made = ops::quick_create::quick_create(tx, &vault, new)?;
        warnings.apply(tx, made.customer.account_code.as_str())?;
        Ok::<_, Error>(Created { made, generates })
    })?;
    context.output.row(&created)
}

impl QuickCreateArgs {
    /// Takes from a payload what no option gave.
    fn fill_from(&mut self, payload: Payload) -> Result<()> {
        if payload.send_email_customer {
            return Err(
                Error::Refused("sendEmailCustomer: this version sends no letters; ask for none".to_owned()).into()
            );
        }
        self.organisation = self.organisation.take().or(payload.organisation);
        self.account_code = self.account_code.take().or(payload.account_code);
        self.customer.default_country(payload.country);
        self.contact_name = self.contact_name.take().or(payload.contact_name);
        self.contact_email = self.contact_email.take().or(payload.contact_email);
        self.contact_mobile = self.contact_mobile.take().or(payload.contact_mobile);
        self.credit = self.credit.or(payload.credit);
        self.account.service = self.account.service.take().or(payload.service);
        self.account.cug = self.account.cug.take().or(payload.cug_mobiles.map(MsisdnList));
        Ok(())
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
