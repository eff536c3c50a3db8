//! The examples for systemd and cron are accepted by systemd, and run commands that there are.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::support::cli::SSGCTL;
use crate::support::mail::MailFixture;

fn contrib(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("contrib").join(name)
}

/// Runs the commands of an example as they stand there, but for the place of the program.
fn run_all(lines: impl Iterator<Item = String>) -> usize {
    let fixture = MailFixture::with_mail("");
    let lines: Vec<String> = lines.collect();
    for line in &lines {
        fixture.ok(line);
    }
    lines.len()
}

#[test]
fn the_examples_run_commands_that_there_are() {
    let commands = |name: &str| {
        let text = fs::read_to_string(contrib(name)).expect(name);
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let commands: Vec<String> = lines
            .filter_map(|line| line.split_once("/usr/bin/ssgctl ").map(|(_, command)| command.to_owned()))
            .collect();
        commands
    };
    assert_eq!(run_all(commands("crontab").into_iter()), 2);
    assert_eq!(run_all(commands("ssgctl-balance-check.service").into_iter()), 1);
}

#[test]
fn systemd_accepts_the_service_and_its_timer() {
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["balance-check.service", "balance-check.timer", "invoice-remind.service", "invoice-remind.timer"];
    for name in names.map(|name| format!("ssgctl-{name}")) {
        let text = fs::read_to_string(contrib(&name)).expect(&name);
        // systemd looks for the program, which is installed nowhere while it is tested.
        let text = text.replace("/usr/bin/ssgctl", SSGCTL);
        fs::write(folder.path().join(name), text).expect("written");
    }
    let mut verify = Command::new("systemd-analyze");
    verify.args(["verify", "--man=no"]).args(names.map(|name| folder.path().join(format!("ssgctl-{name}"))));
    let Ok(output) = verify.output() else {
        println!("not tried: systemd-analyze is not installed");
        return;
    };
    let said = String::from_utf8_lossy(&output.stderr);
    let about_us: Vec<&str> = said.lines().filter(|line| line.contains("ssgctl")).collect();
    assert!(output.status.success() && about_us.is_empty(), "{said}");
}

/// The example for Litestream names the database where the others have it, and the page that explains it does too.
#[test]
fn the_replica_is_of_the_database_of_the_other_examples() {
    let text = |name: &str| fs::read_to_string(contrib(name)).expect(name);
    let replica = text("litestream.yml");
    let database = text("crontab").lines().find_map(|line| line.strip_prefix("SSGCTL_DB=").map(str::to_owned));
    let database = database.expect("the database");
    assert!(replica.contains(&format!("- path: {database}\n")), "{replica}");
    let page = contrib("../docs/operations.md");
    let page = fs::read_to_string(page).expect("the page");
    assert!(page.contains(&database) && page.contains("0.5.17") && replica.contains("0.5.17"));
}
