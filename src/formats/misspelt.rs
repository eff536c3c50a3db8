//! Finds the column that a misspelt name is meant for.

/// Columns that change a charge or a booking if they are missing, and what other programs call them.
const OTHER_NAMES: &[(&str, &[&str])] = &[
    ("parts", &["segments", "numsegments", "segmentcount", "pducount", "partcount", "smscount", "smsparts", "units"]),
    ("unit", &["currency", "currencycode"]),
    ("key", &["idempotencykey"]),
    ("effective", &["effectivedate", "effectivefrom", "validfrom", "startdate", "begin", "begins"]),
    ("currency", &["unit", "ccy", "cur", "currencycode"]),
    ("mccmnc", &["plmn", "networkcode", "hnicode"]),
    ("prefix", &["dialcode", "dialplan", "dialprefix", "areacode"]),
];

/// The one of `columns` that a name may be a misspelling of, or another word for.
pub(crate) fn misspelt(name: &str, columns: impl IntoIterator<Item = &'static str>) -> Option<&'static str> {
    let columns: Vec<_> = columns.into_iter().collect();
    let name = normalized(name.trim());
    near(&name, &columns).or_else(|| other_name(&name, &columns))
}

/// The nearest column, if the name differs from it as by a typing error.
fn near(name: &str, columns: &[&'static str]) -> Option<&'static str> {
    // One error in a short name, two in a longer one: `Keys` is meant as `key`, but `day` is not.
    let allowed = |column: &str| if column.len() < 6 { 1 } else { 2 };
    let distances = columns.iter().map(|&column| (strsim::osa_distance(name, &normalized(column)), column));
    let near = distances.filter(|(distance, column)| *distance <= allowed(column));
    near.min_by_key(|(distance, _)| *distance).map(|(_, column)| column)
}

/// The column that other programs call so.
fn other_name(name: &str, columns: &[&'static str]) -> Option<&'static str> {
    let name = name.replace('_', "");
    columns
        .iter()
        .copied()
        .find(|column| OTHER_NAMES.iter().any(|(of, names)| of == column && names.contains(&name.as_str())))
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

    #[test]
    fn a_column_is_known_by_the_names_of_other_programs() {
        for (name, field) in [
            ("currency", Some("unit")),
            ("Currency Code", Some("unit")),
            ("idempotency-key", Some("key")),
            ("NumSegments", Some("parts")),
            ("pdu_count", Some("parts")),
            ("country", None),
        ] {
            assert_eq!(misspelt(name, ["key", "unit", "parts"]), field, "{name}");
        }
        assert_eq!(misspelt("currency", ["key"]), None);
    }
}
