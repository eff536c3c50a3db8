//! The questions, in the order in which they are asked.

use ssgctl::model::{EmailAddress, Limit, Msisdn, MsisdnList, Name, Organisation, Unit, Webhook};

use crate::interactive::wizard::answers::{Answer, Question};
use crate::interactive::wizard::checks;
use crate::interactive::wizard::checks::one;

impl Question {
    /// A question that must be answered.
    const fn required(option: &'static str, label: &'static str, answer: Answer) -> Self {
        Self { option, label, answer, hint: "", nothing: None, only_with: None, needed_by: None }
    }

    /// A question whose answer may be left out; `nothing` says what is then.
    const fn optional(option: &'static str, label: &'static str, answer: Answer, nothing: &'static str) -> Self {
        Self { option, label, answer, hint: "", nothing: Some(nothing), only_with: None, needed_by: None }
    }

    /// The same, with a word on how it is answered.
    const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    /// The same, needed when another option is given.
    const fn needed_by(self, option: &'static str) -> Self {
        Self { needed_by: Some(option), ..self }
    }

    /// The same, asked only with an answer to another.
    const fn only_with(self, option: &'static str) -> Self {
        Self { only_with: Some(option), ..self }
    }
}

/// Which customer.
pub(crate) const CUSTOMER: &[Question] = &[Question::required("CUSTOMER", "Customer", Answer::Customer)];

/// What every customer has.
pub(crate) const ORGANISATION: &[Question] =
    &[Question::required("--organisation", "Organisation", Answer::Text(one::<Organisation>))];

/// A new customer and the first person there.
pub(crate) const COMPANY: &[Question] = &[
    Question::optional("--country", "Country", Answer::Country, "none").hint("type to search"),
    Question::optional("--contact-name", "Contact name", Answer::Text(one::<Name>), "none"),
    Question::optional("--contact-email", "Contact email", Answer::Text(one::<EmailAddress>), "none")
        .needed_by("--send-email"),
    Question::optional("--contact-mobile", "Contact mobile", Answer::Text(one::<Msisdn>), "none"),
];

/// What an account is sold.
pub(crate) const SERVICE: &[Question] = &[Question::required("--service", "Service", Answer::Service)];

/// What a new customer's balance opens with, and when it is low.
pub(crate) const BALANCE: &[Question] = &[
    Question::required("--unit", "Unit of the balance", Answer::Text(one::<Unit>)).hint("SMS or a currency"),
    Question::optional("--credit", "Opening balance", Answer::Text(checks::opening), "none"),
    Question::optional("--warn-upper", "Early warning", Answer::Text(checks::upper), "none")
        .hint("at or below")
        .needed_by("--warn-lower"),
    Question::optional("--warn-lower", "Urgent warning", Answer::Text(checks::lower), "none")
        .hint("at or below")
        .only_with("--warn-upper"),
];

/// How an account is used.
pub(crate) const ACCOUNT: &[Question] = &[
    Question::optional("--max-tps", "Max TPS", Answer::Text(one::<Limit>), "no limit"),
    Question::optional("--allowed-ips", "Allowed IPs", Answer::Text(checks::networks), "any").hint("commas between"),
    Question::optional("--cug", "Closed user group", Answer::Text(one::<MsisdnList>), "none")
        .hint("numbers, commas between"),
    Question::optional("--mt-webhook", "MT webhook", Answer::Text(one::<Webhook>), "none"),
    Question::optional("--dlr-webhook", "DLR webhook", Answer::Text(one::<Webhook>), "none"),
    Question::optional("--mo-webhook", "MO webhook", Answer::Text(one::<Webhook>), "none"),
];

/// Whether the contact of a new customer is written to.
pub(crate) const EMAIL_TO_CONTACT: &[Question] =
    &[Question::optional("--send-email", "Send the customer an email", Answer::Email, "no")
        .only_with("--contact-email")];

/// Whether the contacts of a customer are written to.
pub(crate) const EMAIL: &[Question] =
    &[Question::optional("--send-email", "Send the customer an email", Answer::Email, "no")];
