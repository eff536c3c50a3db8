//! Edits a customer as TOML in the user's text editor.

use clap::ValueEnum;
use ssgctl::model::{Change, CustomerDetails, EntityKind};

use crate::commands::customer::details::Unset;
use crate::config;
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};
use crate::interactive::editor;
use crate::output::Cell;

/// Opens the details as TOML until they are valid and confirmed, or the user cancels. Returns the changed details.
pub(super) fn edit(context: &Context, name: &str, details: CustomerDetails) -> Result<CustomerDetails> {
    if !context.prompt.can_ask() {
        return Err(Failure::usage("--editor needs a terminal")
            .hint("set the fields with options instead, such as --country GB"));
    }
    let mut text = as_toml(&details)?;
    loop {
        let Some(edited) = editor::edit(&text, ".toml")? else {
            return Err(Failure::new(
                ErrorCode::NotConfirmed,
                "the text was not saved in the editor; nothing was changed",
            ));
        };
        match read(&edited, name) {
            Ok(changed) => {
                confirm(context, name, &details, &changed)?;
                return Ok(changed);
            }
            Err(failure) => {
                context.note(&failure.to_string());
                context.prompt.confirm("Edit again?")?;
                text = edited;
            }
        }
    }
}

/// Prints the difference and asks whether to save it.
fn confirm(context: &Context, name: &str, before: &CustomerDetails, after: &CustomerDetails) -> Result<()> {
    let change = Change::new(EntityKind::Customer, "edit", name, None).between(Some(before), Some(after));
    if change.is_empty() {
        return Err(Failure::new(ErrorCode::NotConfirmed, "nothing was changed"));
    }
    context.note(&Cell::Changes(&change.fields.values()).for_reading());
    context.prompt.confirm("Save?")
}

fn as_toml(details: &CustomerDetails) -> Result<String> {
    let mut text = toml::to_string_pretty(details).map_err(|error| {
        Failure::new(ErrorCode::Internal, format!("the customer cannot be written as TOML: {error}"))
    })?;
    // TOML has no null, so a comment lists the fields that the user can add.
    let fields = Unset::value_variants().iter().filter_map(Unset::to_possible_value);
    let names = fields.map(|field| field.get_name().to_owned());
    let unset: Vec<String> = names.filter(|name| !text.contains(&format!("{name} = "))).collect();
    if !unset.is_empty() {
        text.push_str(&format!("\n# Not set: {}\n", unset.join(", ")));
    }
    Ok(text)
}

fn read(text: &str, name: &str) -> Result<CustomerDetails> {
    toml::from_str(text).map_err(|error| config::toml_failure(&error, text, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unchanged_text_gives_unchanged_details() {
        let mut details = CustomerDetails::of("ABC \"Corp\"".parse().expect("valid"));
        details.invoice_address = Some("a\nb".parse().expect("valid"));
        details.payment_terms_days = Some("30".parse().expect("valid"));
        let text = as_toml(&details).expect("toml");
        assert!(text.contains("# Not set: country, company_reg_no, phone, website, vat_reg_no"), "{text}");
        assert_eq!(read(&text, "ABC").expect("valid"), details);
    }

    #[test]
    fn an_invalid_value_is_reported_with_its_place() {
        let failure = read("organisation = \"ABC\"\ncountry = \"UKX\"\n", "ABC").unwrap_err();
        assert!(failure.to_string().contains("ABC:2:11"), "{failure}");
        assert!(read("organisation = \"ABC\"\ncolour = \"red\"\n", "ABC").is_err());
    }
}
