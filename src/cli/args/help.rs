//! Arranges help: an example first, the options of every command as one line of `-h`, and the command groups by subject.

use clap::Command;

/// The line of `-h` for what `--help` lists.
const GLOBAL_OPTIONS: &str = "Options of every command (-o, --fields, --db …): `ssgctl help options`";

/// The help of a command: what it does, how it is written, examples, and then its arguments.
const COMMAND: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// The help of the program: its commands by subject are among what comes before the options.
const PROGRAM: &str = "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}Options:\n{options}{after-help}";

/// The width of the list of commands, which fits every terminal.
const HELP_WIDTH: usize = 80;

/// The command groups and commands by subject. Those that are not listed come last.
const SUBJECTS: &[(&str, &[&str])] = &[
    ("Customers", &["overview", "customer", "contact", "note", "quick-create"]),
    ("Accounts and prices", &["smpp", "service", "plan", "price"]),
    ("Money", &["balance", "invoice", "payment", "fee"]),
    ("Traffic and reports", &["traffic", "report"]),
    ("Email and changes", &["mail", "audit", "undo", "redo"]),
    ("Database and settings", &["db", "config", "export", "import", "apply", "verify", "metrics"]),
];
const OTHERS: &str = "Program";

/// Puts the examples of a command first: all of them in `--help`, one in `-h`.
pub(super) fn with_examples_first(command: Command) -> Command {
    let Some(examples) = command.get_after_long_help().map(ToString::to_string) else { return command };
    let first = first_line_of(&examples).unwrap_or_default();
    command
        .help_template(COMMAND)
        .before_help(format!("Example:\n  {first}"))
        .before_long_help(examples)
        .after_help(GLOBAL_OPTIONS)
        .after_long_help("")
}

/// The first example that is a single line.
fn first_line_of(examples: &str) -> Option<&str> {
    let mut is_continued = false;
    let mut lines = examples.lines().skip(1).map(str::trim);
    lines.find(|line| {
        let is_whole = !is_continued && !line.is_empty() && !line.ends_with('\\');
        is_continued = line.ends_with('\\');
        is_whole
    })
}

/// Names what every command has below the help of a group.
pub(super) fn with_global_options(group: Command) -> Command {
    group.after_help(GLOBAL_OPTIONS).after_long_help("")
}

/// Lists the commands of the program by subject.
pub(crate) fn by_subject(program: Command) -> Command {
    let commands: Vec<(String, String)> = program
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
        .map(|command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            (command.get_name().to_owned(), about)
        })
        .collect();
    let is_listed = |name: &str| SUBJECTS.iter().any(|(_, names)| names.contains(&name));
    let width = commands.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    // Wrapped here: the parser would begin further lines below the names.
    let line = |(name, about): &(String, String)| {
        let (first, further) = (format!("  {name:width$}  "), " ".repeat(width + 4));
        let options = textwrap::Options::new(HELP_WIDTH).initial_indent(&first).subsequent_indent(&further);
        format!("{}\n", textwrap::fill(about, options))
    };
    let mut list = "Commands:\n".to_owned();
    for (subject, names) in SUBJECTS {
        let found: String =
            names.iter().filter_map(|name| commands.iter().find(|(known, _)| known == name)).map(line).collect();
        if !found.is_empty() {
            list.push_str(&format!(" {subject}\n{found}"));
        }
    }
    let others: String = commands.iter().filter(|(name, _)| !is_listed(name)).map(line).collect();
    list.push_str(&format!(" {OTHERS}\n{others}"));
    list.push_str(&line(&(
        "help".to_owned(),
        "Explain a command, or a topic: `ssgctl help topics` lists them".to_owned(),
    )));
    let help = list.trim_end().to_owned();
    program.help_template(PROGRAM).before_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_shows_one_example_in_short_and_all_in_long_help() {
        let command =
            Command::new("adjust").about("Adjust").after_long_help("Examples:\n  a b \\\n    c\n  d e\n  f g");
        let mut command = with_examples_first(command);
        let (short, long) = (command.render_help().to_string(), command.render_long_help().to_string());
        assert!(short.contains("Example:\n  d e\n\n") && short.contains("ssgctl help options"), "{short}");
        assert!(long.contains("Examples:\n  a b \\\n    c\n  d e\n  f g\n\nOptions:"), "{long}");
        assert!(!long.contains("help options"), "{long}");
    }

    #[test]
    fn commands_are_listed_by_subject_and_none_is_lost() {
        let program = Command::new("p").subcommands(["customer", "db", "strange", "mail"].map(Command::new));
        let help = by_subject(program).render_help().to_string();
        let places: Vec<_> =
            ["  customer", " Email", "  mail", "  db", " Program\n  strange"].map(|text| help.find(text)).to_vec();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{help}");
    }
}
