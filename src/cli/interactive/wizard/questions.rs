//! The questions of all dialogues, in the order in which they are asked.

use ssgctl::model::{
    AccountCode, Billing, EmailAddress, EmailList, Limit, Msisdn, MsisdnList, Name, Organisation, PaymentTerms,
    RegistrationNumber, SystemId, Unit, Webhook,
};

use crate::interactive::wizard::answers::{Answer, Question};
use crate::interactive::wizard::checks;
use crate::interactive::wizard::checks::parse;

impl Question {
    /// A question that requires an answer.
    const fn required(option: &'static str, label: &'static str, answer: Answer) -> Self {
        Self { option, label, answer, hint: "", omitted: None, only_with: None, needed_by: None }
    }

    /// A question whose answer may be omitted; `omitted` is shown then.
    const fn optional(option: &'static str, label: &'static str, answer: Answer, omitted: &'static str) -> Self {
        Self { option, label, answer, hint: "", omitted: Some(omitted), only_with: None, needed_by: None }
    }

    /// Adds a hint on how to answer.
    const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// Requires an answer if another option is set.
    const fn needed_by(self, option: &'static str) -> Self {
        Self { needed_by: Some(option), ..self }
    }

    /// Asks the question only if another one has an answer.
    const fn only_with(self, option: &'static str) -> Self {
        Self { only_with: Some(option), ..self }
    }
}

/// The customer.
pub(crate) const CUSTOMER: &[Question] = &[Question::required("CUSTOMER", "Customer", Answer::Customer)];

/// The required field of a customer.
pub(crate) const ORGANISATION: &[Question] =
    &[Question::required("--organisation", "Organisation", Answer::Text(parse::<Organisation>))];

/// The optional fields of a new customer and its first contact.
pub(crate) const COMPANY: &[Question] = &[
    Question::optional("--account-code", "Account code", Answer::Text(parse::<AccountCode>), "made from the name"),
    Question::optional("--country", "Country", Answer::Country, "none"),
    Question::optional("--vat-reg-no", "VAT number", Answer::Text(parse::<RegistrationNumber>), "none"),
    Question::optional("--invoice-address", "Postal address", Answer::Lines, "none")
        .hint("lines separated by semicolons"),
    Question::optional("--billing", "Billing", Answer::Text(parse::<Billing>), "prepaid").hint("prepaid or postpaid"),
    Question::optional("--payment-terms-days", "Payment terms", Answer::Text(parse::<PaymentTerms>), "as configured")
        .hint("days"),
    Question::optional("--invoice-emails", "Invoice emails", Answer::Text(parse::<EmailList>), "none")
        .hint("separated by commas"),
    Question::optional("--contact-name", "Contact name", Answer::Text(parse::<Name>), "none"),
    Question::optional("--contact-email", "Contact email", Answer::Text(parse::<EmailAddress>), "none")
        .needed_by("--send-email"),
    Question::optional("--contact-mobile", "Contact mobile", Answer::Text(parse::<Msisdn>), "none"),
];

/// The service of an account.
pub(crate) const SERVICE: &[Question] = &[Question::required("--service", "Service", Answer::Service)];

/// The login of the account of a new customer.
pub(crate) const SYSTEM_ID: &[Question] =
    &[Question::optional("--system-id", "System ID", Answer::Text(parse::<SystemId>), "generated")];

/// The opening balance and the warning thresholds of a new customer.
pub(crate) const BALANCE: &[Question] = &[
    Question::required("--unit", "Unit of the balance", Answer::Text(parse::<Unit>)).hint("SMS or a currency"),
    Question::optional("--credit", "Opening balance", Answer::Text(checks::opening_balance), "none"),
    Question::optional("--warn-upper", "Early warning", Answer::Text(checks::upper), "none")
        .hint("at or below")
        .needed_by("--warn-lower"),
    Question::optional("--warn-lower", "Urgent warning", Answer::Text(checks::lower), "none")
        .hint("at or below")
        .only_with("--warn-upper"),
];

/// What opens the questions about what is rarely needed.
const MORE: &str = "MORE";

/// The limits and webhooks of an account.
pub(crate) const ACCOUNT: &[Question] = &[
    Question::optional("--max-tps", "Max TPS", Answer::Text(parse::<Limit>), "no limit"),
    Question::optional(MORE, "More settings", Answer::More, "no").hint("IPs, closed user group, webhooks"),
    Question::optional("--allowed-ips", "Allowed IPs", Answer::Text(checks::ip_ranges), "any")
        .hint("separated by commas")
        .only_with(MORE),
    Question::optional("--cug", "Closed user group", Answer::Text(parse::<MsisdnList>), "none")
        .hint("phone numbers, separated by commas")
        .only_with(MORE),
    Question::optional("--mt-webhook", "MT webhook", Answer::Text(parse::<Webhook>), "none").only_with(MORE),
    Question::optional("--dlr-webhook", "DLR webhook", Answer::Text(parse::<Webhook>), "none").only_with(MORE),
    Question::optional("--mo-webhook", "MO webhook", Answer::Text(parse::<Webhook>), "none").only_with(MORE),
];

/// Whether to send an email to the contact of a new customer.
pub(crate) const EMAIL_TO_CONTACT: &[Question] =
    &[Question::optional("--send-email", "Send the customer an email", Answer::Email, "no")
        .only_with("--contact-email")];

/// Whether to send an email to the contacts of a customer.
pub(crate) const EMAIL: &[Question] =
    &[Question::optional("--send-email", "Send the customer an email", Answer::Email, "no")];
