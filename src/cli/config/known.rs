//! The settings that exist. Some are in sections whose names the operator chooses.

use ssgctl::error::quoted;

use crate::config::edit;
use crate::exit::{ErrorCode, Failure, Result};

/// The settings with fixed names, in the order of the template.
pub(crate) const SETTINGS: &[&str] = &[
    "database.path",
    "database.wait_seconds",
    "secrets.key_file",
    "defaults.country",
    "defaults.payment_terms_days",
    "defaults.service",
    "defaults.max_tps",
    "defaults.max_binds",
    "defaults.timezone",
    "operator.company",
    "operator.service",
    "gateway.hosts",
    "gateway.port",
    "gateway.tls_port",
    "gateway.rest_url",
    "gateway.advice",
    "mail.transport",
    "mail.login",
    PASSWORD,
    "mail.password_file",
    "mail.password_command",
    "mail.internal",
    "mail.timeout_seconds",
    "mail.run_seconds",
    "mail.templates",
    "roles.billing.name",
    "roles.billing.address",
    "roles.billing.reply_to",
    "roles.billing.signature",
    "roles.sales.name",
    "roles.sales.address",
    "roles.sales.reply_to",
    "roles.sales.signature",
    "roles.support.name",
    "roles.support.address",
    "roles.support.reply_to",
    "roles.support.signature",
    "tax.country",
    "tax.vat_number",
    "tax.domestic",
    "tax.standard",
    "seller.name",
    "seller.address",
    "seller.registration_number",
    "seller.email",
    "seller.phone",
    "seller.website",
    "seller.bank",
    "seller.account_holder",
    "seller.iban",
    "seller.bic",
    "seller.other_bank_details",
    "invoice.series",
    "invoice.credit_note_series",
    "invoice.number_width",
    "invoice.first_number",
    "invoice.timezone",
    "invoice.notes",
    "invoice.paper",
    "invoice.accent",
    "invoice.logo",
    "invoice.fonts",
    "invoice.foot",
    "invoice.xml",
    "invoice.reminders",
];

/// The only setting that is a secret itself.
const PASSWORD: &str = "mail.password";

/// Fails unless a setting of this name exists, or may be added.
pub(crate) fn refuse_unknown(key: &str) -> Result<()> {
    let parts = edit::parts(key).unwrap_or_default();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let is_known = match parts.as_slice() {
        ["warnings", _, "upper" | "lower" | "days_left" | "surge" | "silent"]
        | ["import", _, "from" | "ignore" | "calling_code"]
        | ["import", _, "map", _]
        | ["tax", "texts", _]
        | ["alias", _] => true,
        parts => SETTINGS.contains(&parts.join(".").as_str()),
    };
    if is_known {
        return Ok(());
    }
    let failure = Failure::usage(format!("no setting {}", quoted(key))).field("key");
    Err(match nearest(key) {
        Some(setting) => failure.hint(format!("did you mean {}?", quoted(setting))),
        None => failure
            .hint("`ssgctl config show` lists the settings; `ssgctl config init` writes a file that explains them"),
    })
}

/// Refuses to take or show a secret: a command line is in the shell's history and in the list of processes.
pub(crate) fn refuse_secret(key: &str) -> Result<()> {
    if key != PASSWORD {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::Refused, format!("{} is a secret, which no command line contains", quoted(key)))
        .hint("set mail.password_file or mail.password_command instead, or write it into the file that `ssgctl config path` prints"))
}

/// The setting that a misspelt name means: one that is spelt almost like it, or has the name as its last part.
pub(super) fn nearest(key: &str) -> Option<&'static str> {
    let last = |setting: &'static str| setting.rsplit('.').next().unwrap_or(setting);
    let of_section = SETTINGS.iter().copied().filter(|setting| last(setting) == key);
    let similarity = |setting: &'static str| {
        let compared = if key.contains('.') { setting } else { last(setting) };
        strsim::osa_distance(&key.to_lowercase(), compared)
    };
    let near = SETTINGS.iter().copied().map(|setting| (similarity(setting), setting));
    let near = near.filter(|(distance, _)| distance * 3 <= key.len()).min_by_key(|(distance, _)| *distance);
    of_section.into_iter().next().or(near.map(|(_, setting)| setting))
}

/// The one of these names that is spelt almost like a word.
pub(super) fn nearest_of<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.map(|name| (strsim::osa_distance(&word.to_lowercase(), name), name));
    near.filter(|(distance, _)| distance * 3 <= word.len()).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_has_a_suggestion() {
        for (typed, setting) in [
            ("timezone", Some("defaults.timezone")),
            ("max_tsp", Some("defaults.max_tps")),
            ("defaults.contry", Some("defaults.country")),
            ("roles.biling.name", Some("roles.billing.name")),
            ("colour", None),
        ] {
            assert_eq!(nearest(typed), setting, "{typed}");
        }
    }

    #[test]
    fn chosen_names_are_settings_too() {
        for key in ["warnings.SMS.upper", "import.portal.map.\"Debtor No\"", "import.portal.ignore", "mail.transport"] {
            assert!(refuse_unknown(key).is_ok(), "{key}");
        }
        for key in ["", "warnings", "warnings.SMS.middle", "import.portal", "mail", "roles.billing", "a..b"] {
            assert!(refuse_unknown(key).is_err(), "{key}");
        }
    }
}
