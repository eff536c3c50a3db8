//! Environment variables, and times at the ends of the calendar.

use crate::support::cli::TestCli;

#[test]
fn empty_environment_variables_are_unset() {
    let cli = TestCli::new();
    cli.ok("customer new --organisation Acme --account-code ACME");
    let variables = ["DB", "CONFIG", "KEY_FILE", "WAIT", "ACTOR", "NO_INPUT", "SMTP_PASSWORD"];
    let mut command = cli.command();
    command.args(["note", "add", "ACME", "a note"]);
    command.envs(variables.map(|name| (format!("SSGCTL_{name}"), "")));
    command.envs(["XDG_CONFIG_HOME", "XDG_DATA_HOME"].map(|name| (name, "")));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(cli.ok("note list").contains("a note"), "in the default database");
    for name in variables {
        let output =
            cli.command().args(["customer", "show", "ACME"]).env(format!("SSGCTL_{name}"), "").output().unwrap();
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn bounds_at_the_ends_of_the_calendar_are_accepted_by_every_command() {
    let cli = TestCli::seeded();
    for zone in ["UTC", "Pacific/Auckland", "America/Los_Angeles"] {
        for until in ["9999-12-30", "9999-12-31"] {
            for command in [
                "report traffic --by month --from 9990-01-01",
                "report usage --from 2026-01-01",
                "report statement ABC --unit SMS --from 2026-01-01",
                "balance history ABC",
                "audit list",
            ] {
                let zone = if command.contains("usage") { String::new() } else { format!(" --timezone {zone}") };
                cli.ok(&format!("{command} --until={until}{zone}"));
            }
            cli.ok(&format!("balance at ABC --timezone {zone} -- {until}"));
        }
    }
}
