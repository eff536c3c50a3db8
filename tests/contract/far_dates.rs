//! Dates at both ends of the calendar, on every command that takes one.

use crate::support::cli::TestCli;

const LINES: &[&str] = &[
    "report traffic --from FROM --until UNTIL",
    "report traffic --from FROM --until UNTIL --by month",
    "report traffic --from FROM --until UNTIL --by day --json",
    "report usage --from FROM --until UNTIL",
    "report usage --from FROM --until UNTIL --by month",
    "report statement ABC --unit SMS --from FROM --until UNTIL",
    "balance at ABC FROM",
    "balance at ABC UNTIL",
    "balance history ABC --since FROM --until UNTIL",
    "audit list --since FROM --until UNTIL",
    "traffic reprice --from FROM --until UNTIL -n",
    "traffic expire --before FROM -n",
    "traffic expire --before UNTIL -n",
    "traffic prune --before FROM -n",
    "traffic prune --before UNTIL -n",
];

#[test]
fn no_command_fails_at_either_end_of_the_calendar() {
    let cli = TestCli::seeded();
    let ends = [
        ("0001-01-01", "0001-02-01"),
        ("-009999-01-01", "-009999-03-01"),
        ("-009999-01-02T02:00:00Z", "0001-01-01"),
        ("9999-12-01", "9999-12-31"),
        ("9999-12-30", "9999-12-31"),
        ("9999-12-31", "9999-12-31"),
        ("0001-01-01", "9999-12-31"),
    ];
    let zones = ["UTC", "Pacific/Kiritimati", "America/New_York"];
    for zone in zones {
        let file = cli.path(format!("{}.toml", zone.replace('/', "-")));
        std::fs::write(file, format!("[defaults]\ntimezone = \"{zone}\"\n")).expect("written");
    }
    for (number, (from, until)) in ends.into_iter().enumerate() {
        for (index, line) in LINES.iter().enumerate() {
            // Every pair of a line, a period and a zone.
            let zone = zones[(number + index) % zones.len()];
            let line = line.replace("FROM", from).replace("UNTIL", until);
            let line = format!("{line} --config {}.toml", zone.replace('/', "-"));
            let outcome = cli.run(&line);
            let said = &outcome.stderr;
            assert!(matches!(outcome.code, Some(0 | 2)), "{zone}: {line}: {said}");
            assert!(
                !said.contains("panicked") && !said.contains("overflow") && !said.contains("largest"),
                "{line}: {said}"
            );
            // What is refused has another form, too many lines, or hours that do not begin with those of UTC.
            let is_plain = said.contains("more than a million lines")
                || zone != "UTC"
                || ["prune", "--by day"].iter().any(|word| line.contains(word));
            assert!(
                outcome.code == Some(0) || is_plain || from.starts_with('-') || from >= until,
                "{zone}: {line}: {said}"
            );
        }
    }
}
