//! The tree of commands and their options, as the program's own help tells it.

use crate::support::cli::TestCli;

/// Every command, as the words that name it, such as `customer new`.
pub fn commands() -> Vec<String> {
    let cli = TestCli::new();
    let mut commands = Vec::new();
    for noun in below(&cli, "") {
        let verbs = below(&cli, &noun);
        if verbs.is_empty() {
            commands.push(noun);
        } else {
            commands.extend(verbs.into_iter().map(|verb| format!("{noun} {verb}")));
        }
    }
    commands
}

/// The names that a command's help lists below it.
fn below(cli: &TestCli, command: &str) -> Vec<String> {
    let help = cli.ok(&format!("{command} --help"));
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != "help")
        .collect()
}

/// An option or argument of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The long option with its dashes, or the name of the argument.
    pub name: String,
    /// Whether it takes a value.
    pub takes_value: bool,
}

/// The options and arguments of a command, those of every command included.
pub fn parameters(command: &str) -> Vec<Parameter> {
    let help = TestCli::new().ok(&format!("{command} --help"));
    let mut parameters = Vec::new();
    let mut in_arguments = false;
    for line in help.lines().take_while(|line| !line.starts_with("Examples")) {
        if !line.starts_with(' ') && !line.is_empty() {
            in_arguments = line == "Arguments:";
        }
        let indent = line.len() - line.trim_start().len();
        let line = line.trim_start();
        if in_arguments && indent == 2 && line.starts_with(['<', '[']) {
            let name = line.trim_matches(['<', '>', '[', ']', '.']).to_owned();
            parameters.push(Parameter { name, takes_value: true });
        } else if (indent == 2 || indent == 6) && line.starts_with('-') {
            let name = line.split([' ', ',']).find(|word| word.starts_with("--")).unwrap_or(line).to_owned();
            parameters.push(Parameter { name, takes_value: line.contains('<') });
        }
    }
    parameters
}

#[test]
fn the_tree_is_read_from_the_help() {
    let commands = commands();
    for command in ["customer new", "smpp rotate-password", "quick-create", "db check", "version"] {
        let there = commands.iter().any(|known| known == command);
        assert_eq!(there, TestCli::new().run(&format!("{command} --help")).code == Some(0), "{command}");
    }
    let adjust = parameters("balance adjust");
    let takes_value =
        |name: &str| adjust.iter().find(|parameter| parameter.name == name).map(|found| found.takes_value);
    assert_eq!(takes_value("AMOUNT"), Some(true), "{adjust:?}");
    assert_eq!(takes_value("--description"), Some(true), "{adjust:?}");
    assert_eq!(takes_value("--dry-run"), Some(false), "{adjust:?}");
}
