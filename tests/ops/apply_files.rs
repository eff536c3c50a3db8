//! Files of desired state are read strictly: what is wrong is reported with its place, all of it at once.

use ssgctl::formats::declared::read;

use crate::support::fixture::valid;

/// The faults of a file, each with its place.
fn faults(text: &str) -> Vec<String> {
    match read("ACME.toml", text, &valid("standard")) {
        Ok(_) => Vec::new(),
        Err(faults) => {
            faults.first.iter().map(|fault| format!("{}:{}: {}", fault.line, fault.column, fault.error)).collect()
        }
    }
}

const NAME: &str = "account_code = \"ACME\"\norganisation = \"Acme\"\n";

#[test]
fn every_wrong_value_is_reported_at_its_place() {
    let text = "account_code = \"ACME\"
contry = \"GB\"
country = \"ZZ\"
payment_terms_days = \"30\"
invoice_emails = [\"a@b.example\", \"nobody\"]

[warning.SMS]
upper = 1.5
lower = \"0.5\"

[warning.XXQ]
upper = 1

[[contact]]
email = \"ann@acme.example\"
roles = [\"boss\"]

[[smpp]]
system_id = \"a\"
max_tps = 0
enabled = \"yes\"

[[smpp]]
system_id = \"a\"
";
    let expected = [
        "2:1: unknown key `contry`; did you mean `country`?",
        "1:1: the key `organisation` is missing",
        "8:9: upper: must be an amount in quotes, such as \"12.50\"",
        "9:9: lower: `0.5` must be a whole number of SMS credits",
        "14:1: the key `name` is missing",
        "16:10: roles: `boss` must be general, billing or technical",
        "21:11: enabled: must be true or false, without quotes",
        "20:11: max_tps: `0` must be 1 to 1000000; omit it for no limit",
        "23:1: system_id: `a` is declared on line 18 too",
    ];
    let found = faults(text);
    for line in expected {
        assert!(found.iter().any(|fault| fault == line), "{line}\n{found:#?}");
    }
    assert!(found.iter().any(|fault| fault.starts_with("11:10: unit: `XXQ`")), "{found:#?}");
    for line in [
        "3:11: country: `ZZ` must be a two-letter ISO 3166-1 country code, such as GB",
        "4:22: payment_terms_days: must be a whole number without quotes",
    ] {
        assert!(found.iter().any(|fault| fault == line), "{line}\n{found:#?}");
    }
    assert!(found.iter().any(|fault| fault.starts_with("5:34: invoice_emails: `nobody`")), "{found:#?}");
}

#[test]
fn what_is_never_declared_is_refused_with_the_command_instead() {
    for (key, command) in [
        ("balance = 100", "ssgctl balance adjust"),
        ("notes = [\"x\"]", "ssgctl note add"),
        ("price = 1", "ssgctl price set"),
        ("status = \"archived\"", "ssgctl apply --prune"),
        ("api_id = \"x\"", "generated once"),
        ("invoice = 1", "ssgctl help payment"),
        ("[[smpp]]\nsystem_id = \"a\"\npassword = \"secret99\"", "ssgctl smpp rotate-password"),
        ("[[smpp]]\nsystem_id = \"a\"\ncug = [\"+447700900123\"]", "ssgctl smpp cug"),
    ] {
        let found = faults(&format!("{NAME}{key}\n"));
        assert!(found.len() == 1 && found[0].contains(command) && !found[0].contains("secret99"), "{key}: {found:?}");
    }
}

#[test]
fn other_ways_to_write_toml_say_the_same() {
    let long =
        "account_code = \"ACME\"\norganisation = \"Acme\"\n[warning.SMS]\nupper = 5\n[[contact]]\nname = \"Ann\"\n";
    let short = "contact = [{ name = 'Ann' }]\nwarning.SMS.upper = \"5\"\norganisation = \"\"\"Acme\"\"\"\naccount_code = 'ACME'\n";
    let content = |text| format!("{:?}", read("x", text, &valid("standard")).expect("valid").content);
    assert_eq!(content(long), content(short));
}

#[test]
fn a_file_that_is_not_toml_or_not_of_one_kind_is_refused() {
    assert_eq!(faults("account_code = \n").len(), 1);
    assert!(faults("account_code = \"A\"\naccount_code = \"B\"\n")[0].starts_with("2:1: not valid TOML"));
    assert_eq!(faults("contact = \"Ann\"\n").len(), 3);
    assert!(
        faults("[[plan]]\ncode = \"a\"\nname = \"A\"\nunit = \"SMS\"\n[customer]\n")[0]
            .contains("unknown key `customer`")
    );
    assert!(faults("").is_empty(), "an empty file declares nothing");
}
