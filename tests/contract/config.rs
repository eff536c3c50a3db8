//! `config set` and `config unset`: what they change in the file, what they refuse, and what a value comes from.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::cli::TestCli;

fn with_file(text: &str) -> TestCli {
    let cli = TestCli::new();
    fs::create_dir_all(cli.config().parent().expect("a folder")).expect("made");
    fs::write(cli.config(), text).expect("written");
    fs::set_permissions(cli.config(), fs::Permissions::from_mode(0o600)).expect("set");
    cli
}

fn text(cli: &TestCli) -> String {
    fs::read_to_string(cli.config()).expect("read")
}

#[test]
fn every_setting_has_a_value_that_can_be_set_and_read() {
    let cli = TestCli::new();
    let values = [
        ("database.path", "/srv/sms.db"),
        ("database.wait_seconds", "5"),
        ("secrets.key_file", "/etc/ssgctl/ssgctl.key"),
        ("defaults.country", "GB"),
        ("defaults.payment_terms_days", "30"),
        ("defaults.service", "standard"),
        ("defaults.max_tps", "50"),
        ("defaults.max_binds", "2"),
        ("defaults.timezone", "Europe/London"),
        ("operator.company", "Example, Ltd"),
        ("operator.service", "Example SMS"),
        ("gateway.hosts", "smpp1.example.com, smpp2.example.com"),
        ("gateway.port", "2776"),
        ("gateway.tls_port", "8776"),
        ("gateway.rest_url", "https://rest.example.com/"),
        ("gateway.advice", "Call us."),
        ("mail.transport", "smtp+starttls://mail.example.com:587"),
        ("mail.login", "gateway"),
        ("mail.password_file", "/etc/ssgctl/password"),
        ("mail.password_command", "pass show mail"),
        ("mail.internal", "a@b.example, c@b.example"),
        ("mail.timeout_seconds", "20"),
        ("mail.run_seconds", "100"),
        ("mail.templates", "/etc/ssgctl/templates"),
        ("invoice.xml", "ubl"),
        ("invoice.reminders", "+1d, +7d"),
        ("warnings.SMS.upper", "500"),
        ("warnings.SMS.lower", "100"),
        ("tax.standard", "2011-01-04=20, 2027-01-01=21"),
        ("tax.texts.E", "Exempt under section 1"),
        ("seller.address", "[\"1 High Street, Leeds\", \"LS1 1AA\"]"),
        ("seller.other_bank_details", "Sort code 20-20-15, Account 55555555"),
        ("invoice.number_width", "4"),
        ("invoice.first_number", "17"),
        ("invoice.notes", "Thank you for your business."),
        ("alias.low", "balance list --state lower"),
        ("import.portal.from", "whmcs"),
        ("import.portal.ignore", "Fax, Telex"),
        ("import.portal.map.\"Debtor No\"", "account_code"),
    ];
    for (key, value) in values {
        cli.ok(&format!("config set '{key}' '{value}'"));
        assert_eq!(cli.ok(&format!("config get '{key}' --db x.db")).trim_end(), shown(key, value), "{key}");
    }
    cli.ok("config set 'roles.billing.name=Ours Ltd' roles.billing.address=billing@b.example");
    cli.ok("config set roles.billing.signature=Regards roles.billing.reply_to=reply@b.example");
    assert_eq!(cli.ok("config get roles.billing.name"), "Ours Ltd\n");
    let listed = cli.json("config show");
    for (key, value) in values {
        let found = listed.as_array().expect("a list").iter().find(|setting| setting["key"] == key);
        let found = found.unwrap_or_else(|| panic!("{key} is not listed"));
        assert_eq!(found["value"], value, "{key}");
        assert!(found["source"].as_str().expect(key).starts_with(&cli.config().display().to_string()), "{found}");
    }
}

/// The value that is in effect: an option hides the path of the database.
fn shown<'a>(key: &str, value: &'a str) -> &'a str {
    if key == "database.path" { "x.db" } else { value }
}

#[test]
fn a_change_leaves_comments_mode_and_other_settings_alone() {
    let cli = with_file("# ours\n[defaults]\ncountry = \"GB\" # for now\n#max_tps = 50\n");
    cli.ok("config set defaults.country FR");
    assert_eq!(text(&cli), "# ours\n[defaults]\ncountry = \"FR\" # for now\n#max_tps = 50\n");
    cli.ok("config unset defaults.country");
    assert!(!text(&cli).contains("country") && text(&cli).contains("#max_tps"), "{}", text(&cli));
    assert_eq!(fs::metadata(cli.config()).expect("a file").permissions().mode() & 0o777, 0o600);
    let before = text(&cli);
    let dry = cli.run("config set defaults.country IE --dry-run");
    assert!(dry.stderr.contains("dry run: nothing was saved"), "{}", dry.stderr);
    assert_eq!(text(&cli), before);
}

#[test]
fn what_would_make_the_file_invalid_is_refused() {
    let cli = with_file("[defaults]\ncountry = \"GB\"\n");
    for (line, code, message) in [
        ("config set defaults.country UKX", 2, "two-letter ISO 3166-1"),
        ("config set gateway.port many", 2, "gateway.port"),
        ("config set roles.billing.name Ours", 2, "roles.billing: `address` is missing"),
        ("config set defaults.contry FR", 2, "did you mean `defaults.country`?"),
        ("config set timezone UTC", 2, "did you mean `defaults.timezone`?"),
        ("config set defaults FR", 2, "no setting `defaults`"),
        ("config set mail.password secret", 5, "is a secret"),
        ("config get mail.password", 5, "is a secret"),
        ("config get defaults.max_tps", 3, "ssgctl config set defaults.max_tps VALUE"),
        ("config unset defaults.max_tps", 3, "is not set"),
        ("config set defaults.country", 2, "needs a value"),
        ("config set defaults.country FR defaults.max_tps 5", 2, "KEY=VALUE"),
        ("config set tax.standard 20", 2, "`ssgctl config set tax.standard 2011-01-04=20,2027-01-01=21`"),
        ("config set tax.standard 2011-01-04=20,2011-01-04=19", 2, "two rates from 2011-01-04"),
        ("config set seller.iban NO9386011117948", 2, "must be an IBAN with its check digits"),
        ("config set seller.bic abc", 2, "must be 8 or 11 characters"),
        ("config set gateway.port 70000", 2, "gateway.port: must be "),
    ] {
        let outcome = cli.run(line);
        let shown = outcome.failed(code, line);
        assert!(shown.contains(message), "{line}: {shown}");
        assert_eq!(text(&cli), "[defaults]\ncountry = \"GB\"\n", "{line}");
    }
}

#[test]
fn an_unknown_setting_in_the_file_has_a_suggestion() {
    let cli = with_file("[defaults]\nmax_tsp = 5\n");
    let outcome = cli.run("customer list");
    let shown = outcome.failed(13, "customer list");
    assert!(
        shown.contains("no setting `max_tsp` in [defaults]") && shown.contains("did you mean `defaults.max_tps`?"),
        "{shown}"
    );
}

#[test]
fn a_source_is_an_option_a_variable_a_line_or_the_default() {
    let cli = with_file("[database]\n\nwait_seconds = 5\n");
    let source = |setup: &str, line: &str| {
        let shown = cli.shell(&format!("{setup} ssgctl config show {line} --csv --raw-csv --fields key,value,source"));
        let shown = shown.succeeded(line);
        shown.lines().find(|line| line.starts_with("database.wait")).expect("a line").to_owned()
    };
    assert_eq!(source("", ""), format!("database.wait_seconds,5,{}:3", cli.config().display()));
    assert_eq!(source("export SSGCTL_WAIT=6;", ""), "database.wait_seconds,6,SSGCTL_WAIT");
    assert_eq!(source("export SSGCTL_WAIT=6;", "--wait=7"), "database.wait_seconds,7,--wait");
    let hidden = cli.shell("export SSGCTL_WAIT=6; ssgctl config set database.wait_seconds 9");
    assert!(hidden.stderr.contains("SSGCTL_WAIT takes precedence over database.wait_seconds"), "{}", hidden.stderr);
    cli.ok("config unset database.wait_seconds");
    assert_eq!(source("", ""), "database.wait_seconds,30,default");
}

#[test]
fn a_broken_file_has_a_path_and_a_list_of_all_its_errors() {
    let cli = with_file("[defaults]\nmax_tsp = 5\n[gateway]\nhosts = \"a.example\"\n");
    assert_eq!(cli.ok("config path").trim_end(), cli.config().display().to_string());
    assert_eq!(cli.run("customer list").failed(13, "a list").matches("error[config]").count(), 1);
    let check = cli.run("config check --csv --fields level,line,setting");
    assert_eq!(check.stdout, "level,line,setting\nerror,2,defaults.max_tsp\nerror,4,gateway.hosts\n");
    assert_eq!(check.code, Some(13));
    assert!(check.stderr.contains("2 errors in the configuration file"), "{}", check.stderr);
    let cli = with_file("[defaults\n");
    assert_eq!(cli.ok("config path").trim_end(), cli.config().display().to_string());
    assert!(cli.run("config check").failed(13, "no TOML").contains("config.toml:1:"));
}

#[test]
fn a_check_warns_of_settings_without_effect() {
    let cli = with_file(
        "[database]\npath = \"x.db\"\n[mail]\npassword_file = \"/nowhere/password\"\n[gateway]\nhosts = [\"a.example\"]\n",
    );
    let check = cli.shell("SSGCTL_DB=y.db ssgctl config check --csv --raw-csv --no-headers --fields line,message");
    assert_eq!(
        check.succeeded("warnings"),
        "2,has no effect: SSGCTL_DB takes precedence\n4,`/nowhere/password` does not exist\n\
         6,names only one host; customers should know at least two\n"
    );
    let cli = with_file("[defaults]\ncountry = \"GB\"\n");
    assert_eq!(cli.ok("config check"), "");
}
