//! Finds the column that a misspelt name is meant for.

/// The one of `columns` that a name may be a misspelling of.
pub(crate) fn misspelt(name: &str, columns: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let name = normalized(name.trim());
    // One error in a short name, two in a longer one: `Keys` is meant as `key`, but `day` is not.
    let allowed = |column: &str| if column.len() < 6 { 1 } else { 2 };
    let distances = columns.into_iter().map(|column| (strsim::osa_distance(&name, &normalized(column)), column));
    let near = distances.filter(|(distance, column)| *distance <= allowed(column));
    near.min_by_key(|(distance, _)| *distance).map(|(_, column)| column)
}

/// The name in lower case, with an underscore for each space or sign: `Account Code` is `account_code`.
fn normalized(name: &str) -> String {
    name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_column_is_near_its_field() {
        for (name, field) in [
            ("Keys", Some("key")),
            ("units", Some("unit")),
            ("Account Code", Some("account_code")),
            ("organization", Some("organisation")),
            ("MsgId", Some("msgid")),
            ("day", None),
            ("name", None),
        ] {
            assert_eq!(misspelt(name, ["key", "unit", "account_code", "organisation", "msgid"]), field, "{name}");
        }
    }
}
