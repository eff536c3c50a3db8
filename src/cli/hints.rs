//! What to do about a failure, where that takes more than a few words.

use std::path::Path;

use ssgctl::Error;
use ssgctl::error::quoted;
use ssgctl::model::invoice::TaxUndecided;
use ssgctl::model::{AccountCode, EntityKind};
use ssgctl::store::OLDEST_SCHEMA;

/// What to do about a key file that is missing or not the right one.
pub(crate) const KEY_HINT: &str = "restore the key file from a copy, or name it with SSGCTL_KEY_FILE or key_file in [secrets]; \
                                   if the key is lost, see `ssgctl help smpp rotate-password`";

/// A text whose commands are those of a profile, as far as they do not name a database or configuration themselves.
pub(crate) fn with_profile(text: &str, profile: Option<&str>) -> String {
    let Some(profile) = profile else { return text.to_owned() };
    let quoted = text.split('`').enumerate().map(|(place, part)| match part.strip_prefix("ssgctl ") {
        Some(rest)
            if place % 2 == 1 && !["--db", "--config", "--profile"].iter().any(|option| rest.contains(option)) =>
        {
            format!("ssgctl --profile {profile} {rest}")
        }
        _ => part.to_owned(),
    });
    quoted.collect::<Vec<_>>().join("`")
}

/// How to upgrade a database. One that is too old to migrate can be read only by the program that wrote it.
pub(crate) fn upgrade_hint(database: &Path, schema: u32) -> String {
    if schema >= OLDEST_SCHEMA {
        return "run `ssgctl db migrate`, which makes a backup first".to_owned();
    }
    let database = database.display().to_string();
    format!(
        "export it with the ssgctl that wrote it: `ssgctl --db {} export all.jsonl`; then import it with this one: \
         `ssgctl --db new.db import all.jsonl`",
        shell_words::quote(&database)
    )
}

/// What was meant by a name that nothing has, or how to find it.
pub(crate) fn name_hint(error: &Error) -> Option<String> {
    match error {
        Error::NotFound { nearest: Some(name), .. } | Error::AccountOfCustomer { customer: name, .. } => {
            Some(format!("did you mean {}?", quoted(name)))
        }
        Error::NotFound { entity: EntityKind::Customer, name, .. } => Some(format!(
            "`ssgctl customer list --search {}` looks in names, addresses, contacts and notes",
            shell_words::quote(name)
        )),
        _ => None,
    }
}

/// What to do about a price list that changes what messages of the past cost.
pub(crate) const PAST_HINT: &str =
    "add --correct-past if that is meant; messages that were charged keep their charge until `ssgctl traffic reprice`";

/// What to do about an invoice whose tax is not decided.
pub(crate) fn tax_hint(customer: &AccountCode, reason: TaxUndecided) -> String {
    match reason {
        TaxUndecided::NoRate => "add the rate to standard in [tax] of the configuration".to_owned(),
        TaxUndecided::SellerVatNumber => "set vat_number in [tax] of the configuration".to_owned(),
        TaxUndecided::NoCountry => format!("set it with `ssgctl customer edit {customer} --country`"),
        TaxUndecided::ReverseCharge => format!(
            "set vat_number in [tax] of the configuration, and that of the customer with `ssgctl customer edit {customer} --vat-reg-no`"
        ),
        TaxUndecided::NoVatNumber | TaxUndecided::OtherVatNumber => format!(
            "correct it with `ssgctl customer edit {customer} --vat-reg-no`, or choose with --tax-category S, Z, E, AE or O"
        ),
        TaxUndecided::Abroad => "choose with --tax-category S, Z, E, AE or O".to_owned(),
    }
}

/// What to do about an email without a recipient.
pub(crate) fn to_hint(customer: &AccountCode, of_invoice: bool) -> String {
    if of_invoice {
        return format!(
            "set one with `ssgctl customer edit {customer} --invoice-emails EMAIL`, or name one with `ssgctl invoice send --to`"
        );
    }
    "add a contact with `ssgctl contact add`, or name an address with `ssgctl smpp handover --to`".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_get_the_profile_unless_they_name_a_database() {
        let text = "run `ssgctl db init`, or `ssgctl --db new.db import all.jsonl`; ssgctl makes `KEY`";
        let expected =
            "run `ssgctl --profile uk db init`, or `ssgctl --db new.db import all.jsonl`; ssgctl makes `KEY`";
        assert_eq!(with_profile(text, Some("uk")), expected);
        assert_eq!(with_profile(text, None), text);
    }
}
