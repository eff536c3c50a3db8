//! The pictures of the README and the documentation: what the program itself shows at a terminal and draws.
//!
//! `SNAPSHOTS=overwrite cargo test --test main pictures` makes them anew. Nothing in them depends on the day on which they are made:
//! charts have days of their own, and the page of a customer counts back from today.

use std::fs;
use std::path::Path;

use anstyle_svg::Term;
use jiff::ToSpan;
use snapbox::{Assert, Data};
use ssgctl::store::Clock;

use crate::support::cli::TestCli;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pictures");

/// Compares a picture with the one that is kept.
fn is_fresh(name: &str, picture: String) {
    let kept = Path::new(FOLDER).join(name);
    if std::env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite") {
        fs::create_dir_all(FOLDER).expect("a folder");
        fs::write(&kept, &picture).expect("written");
    }
    Assert::new().normalize_paths(false).eq(Data::text(picture), Data::read_from(&kept, None));
}

/// What a terminal of 80 columns shows of command lines, with the lines themselves.
fn at_terminal(cli: &TestCli, title: &str, lines: &[&str]) -> String {
    let run = |line: &&str| format!("printf '\\033[2m$\\033[0m %s\\n' 'ssgctl {line}'; \"$0\" {line}");
    let script = lines.iter().map(run).collect::<Vec<_>>().join("; echo; ");
    let (shown, code) = cli.script_at_terminal(&format!("stty rows 60 cols 80; {script}")).ends();
    assert_eq!(code, Some(0), "{shown}");
    let svg = Term::new().min_width_px(740).render_svg(&shown.replace("\r\n", "\n"));
    svg.replacen('>', &format!(">\n  <title>{title}</title>"), 1)
}

/// A customer with a month of traffic. None of it is of yesterday or a week ago: how much of that is of the last 24 hours, or of the
/// last seven days, depends on the time of day.
fn thistle() -> TestCli {
    let cli = TestCli::new();
    for line in [
        "customer new --organisation 'Thistle Mobile Ltd' --account-code THISTLE --country GB --phone +441632960000 \
         --vat-reg-no GB123456782 --payment-terms-days 14",
        "contact add THISTLE --name 'Zoë Núñez' --email zoe@thistle.example --roles billing",
        "contact add THISTLE --name 'Max Muster' --email noc@thistle.example --roles technical",
        "smpp add THISTLE --system-id thistle_prod --max-tps 50",
        "smpp add THISTLE --system-id thistle_otp --max-tps 10",
        "smpp add THISTLE --system-id thistle_test --enabled no",
        "balance adjust THISTLE 1000 --description 'bank transfer'",
        "balance warn THISTLE --upper 500 --lower 100",
    ] {
        cli.ok(line);
    }
    let now = Clock::System.now().timestamp();
    let mut rows = "message_id,submitted_at,system_id,destination,state,parts\n".to_owned();
    for day in (2..30_i64).filter(|day| *day != 7) {
        let at = now.checked_sub((24 * day).hours()).expect("a time").strftime("%FT12:00:00Z");
        for number in 0..20 - (day * 5) % 13 {
            let system_id = if number % 4 == 0 { "thistle_otp" } else { "thistle_prod" };
            let state = if number % 19 == 7 { "expired" } else { "delivered" };
            rows.push_str(&format!("{day}-{number},{at},{system_id},+447700900{number:03},{state},2\n"));
        }
    }
    fs::write(cli.path("month.csv"), rows).expect("written");
    cli.ok("traffic import month.csv");
    cli
}

/// Five days of traffic that do not move.
fn march() -> TestCli {
    let cli = TestCli::new();
    cli.ok("customer new --organisation 'Thistle Mobile Ltd' --account-code THISTLE");
    cli.ok("smpp add THISTLE --system-id thistle_prod");
    let mut rows = "message_id,submitted_at,system_id,destination,state,parts\n".to_owned();
    for day in 1..=14_i64 {
        for number in 0..12 + (day * 7) % 17 {
            let state = match number % 13 {
                5 => "expired",
                9 => "undeliverable",
                _ => "delivered",
            };
            rows.push_str(&format!(
                "{day}-{number},2026-03-{day:02}T1{}:00:00Z,thistle_prod,+447700900{number:03},{state},1\n",
                number % 10
            ));
        }
    }
    fs::write(cli.path("march.csv"), rows).expect("written");
    cli.ok("traffic import march.csv");
    cli
}

#[test]
fn the_pictures_are_what_the_program_shows() {
    let cli = thistle();
    let title = "The page of a customer: balance, days left, a month of traffic, contacts and SMPP accounts";
    is_fresh("customer.svg", at_terminal(&cli, title, &["customer show THISTLE"]));
    let cli = march();
    let report = "report traffic --from 2026-03-01 --until 2026-03-15";
    let title = "A chart of traffic by day in a terminal, with the states of messages in colours";
    is_fresh("terminal-chart.svg", at_terminal(&cli, title, &[&format!("{report} --chart")]));
    cli.ok(&format!("{report} --svg chart.svg"));
    is_fresh("chart.svg", fs::read_to_string(cli.path("chart.svg")).expect("a chart"));
}
