//! The tree of commands and their options, as the program's own help shows it.

use std::sync::OnceLock;

use crate::support::cli::TestCli;

/// A command, such as `customer new`.
#[derive(Debug)]
pub struct Command {
    pub name: String,
    /// Its options and arguments, those of every command included.
    pub parameters: Vec<Parameter>,
}

/// An option or argument of a command.
#[derive(Debug)]
pub struct Parameter {
    /// The long option with its dashes, or the name of the argument.
    pub name: String,
    pub takes_value: bool,
}

impl Command {
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// Every command. The help is asked for once in the life of the test program.
pub fn commands() -> &'static [Command] {
    static COMMANDS: OnceLock<Vec<Command>> = OnceLock::new();
    COMMANDS.get_or_init(|| {
        let cli = TestCli::new();
        let help = |command: &str| cli.ok(&format!("{command} --help"));
        let mut commands = Vec::new();
        for group in below(&help("")) {
            let of_group = help(&group);
            let below = below(&of_group);
            if below.is_empty() {
                commands.push(Command { name: group, parameters: parameters(&of_group) });
            } else {
                commands.extend(below.into_iter().map(|command| {
                    let name = format!("{group} {command}");
                    Command { parameters: parameters(&help(&name)), name }
                }));
            }
        }
        commands
    })
}

/// The names that a command's help lists below it.
fn below(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .filter(|name| name != "help")
        .collect()
}

/// The options and arguments that a command's help lists.
fn parameters(help: &str) -> Vec<Parameter> {
    let mut parameters = Vec::new();
    let mut in_arguments = false;
    let mut in_examples = false;
    for line in help.lines() {
        in_examples = line.starts_with("Examples") || in_examples && !line.is_empty();
        if in_examples {
            continue;
        }
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
    for command in ["customer new", "smpp rotate-password", "quick-create", "db check", "version"] {
        assert!(commands().iter().any(|known| known.name == command), "{command}");
        TestCli::new().ok(&format!("{command} --help"));
    }
    let adjust = commands().iter().find(|command| command.name == "balance adjust").expect("a command");
    let takes_value = |name: &str| adjust.parameter(name).map(|parameter| parameter.takes_value);
    assert_eq!(takes_value("AMOUNT"), Some(true), "{adjust:?}");
    assert_eq!(takes_value("--description"), Some(true), "{adjust:?}");
    assert_eq!(takes_value("--dry-run"), Some(false), "{adjust:?}");
}
