//! Hints for command lines whose command does not exist.

use clap::Command;

use crate::args::newcomer::line::Line;
use crate::args::newcomer::similar::is_almost_one_of;
use crate::args::synonyms::{self, command_in, group};

impl<'a> Line<'a> {
    pub(super) fn of_unknown_command(&self) -> Option<String> {
        let (typed, next) = (self.rest.first().copied()?, self.rest.get(1).copied());
        if !self.path.is_empty() {
            return self.of_unknown_command_in_group(typed);
        }
        if let Some(hint) = self.of_unknown_first_word(typed) {
            return Some(hint);
        }
        if let Some(group) = group(typed) {
            let command = self.root.find_subcommand(group)?;
            let path = match next {
                Some(next) => match command_in(command, next) {
                    Some(name) => vec![group, name],
                    None => about(command, next).unwrap_or_else(|| vec![group]),
                },
                None if self.is_help => vec![group],
                None => [group].into_iter().chain(listing(command)).collect(),
            };
            return Some(format!("did you mean {}?", self.typed(&path)));
        }
        // `list customers`: the command stands before its group.
        let named = |name| self.root.get_subcommands().find(|command| command.get_name() == name);
        if let Some(command) = next.and_then(|next| named(group(next).unwrap_or(next)))
            && let Some(name) = command_in(command, typed)
        {
            // `get customers` is a list, `get customer KIM` is not.
            let name = if name == "show" && self.rest.len() < 3 && command.find_subcommand("list").is_some() {
                "list"
            } else {
                name
            };
            let further: Vec<&str> = [command.get_name(), name].iter().chain(&self.rest[2..]).copied().collect();
            return Some(format!("the group comes first: {}", self.typed(&further)));
        }
        let exact = |command: &'a Command| Some((command.get_name(), command.find_subcommand(typed)?.get_name()));
        let alike = |command: &'a Command| Some((command.get_name(), command_in(command, typed)?));
        let groups: Vec<_> = self.root.get_subcommands().filter(|command| command.has_subcommands()).collect();
        let mut found: Vec<_> = groups.iter().copied().filter_map(exact).collect();
        if found.is_empty() {
            found = groups.iter().copied().filter_map(alike).collect();
        }
        match found.as_slice() {
            // A name that is almost right is better explained by the parser.
            [] if is_almost_one_of(typed, self.root.get_subcommands().map(Command::get_name)) => None,
            [] => Some("`ssgctl --help` lists the commands".to_owned()),
            [(group, name)] => Some(format!("did you mean {}?", self.typed(&[group, name]))),
            // Of several groups, the first is that of customers.
            [("customer", name), ..] if next.is_some() => {
                let further: Vec<&str> = ["customer", name].iter().chain(&self.rest[1..]).copied().collect();
                Some(format!("the group comes first, such as {}", self.typed(&further)))
            }
            [(group, name), (other, too)] => {
                Some(format!("did you mean {} or {}?", self.typed(&[group, name]), self.typed(&[other, too])))
            }
            [(group, name), ..] => Some(format!(
                "the group comes first, such as {}; `ssgctl --help` lists the groups",
                self.typed(&[group, name])
            )),
        }
    }

    /// Words that only mean something on their own.
    pub(super) fn of_unknown_first_word(&self, typed: &str) -> Option<String> {
        let rest = self.rest.get(1..).unwrap_or_default().join(" ");
        Some(match typed {
            "search" | "find" | "grep" | "whois" => {
                let text = if rest.is_empty() { "TEXT".to_owned() } else { shell_words::quote(&rest).into_owned() };
                format!("did you mean {}?", self.typed(&["customer", "list", "--search", &text]))
            }
            "login" if rest.is_empty() => synonyms::explained("auth")?.to_owned(),
            _ => match synonyms::explained(typed) {
                Some(text) => text.to_owned(),
                None => format!("did you mean {}?", self.typed(&[synonyms::top(typed)?])),
            },
        })
    }

    pub(super) fn of_unknown_command_in_group(&self, typed: &str) -> Option<String> {
        Some(match (self.path.as_slice(), command_in(self.command, typed)) {
            (["invoice"], _) if matches!(typed, "pay" | "paid" | "settle") => {
                format!(
                    "`ssgctl payment record CUSTOMER AMOUNT --invoice {}` books a payment",
                    self.rest.get(1).unwrap_or(&"NUMBER")
                )
            }
            (["config"], _) if typed == "edit" => {
                "edit the file that `ssgctl config path` prints; `ssgctl config init` writes one with every setting"
                    .to_owned()
            }
            (_, Some(name)) => {
                let why = match name {
                    "archive" => " Records that the ledger needs are archived, not deleted.",
                    "reverse" => " Entries of the ledger are reversed, not deleted.",
                    _ => "",
                };
                format!("did you mean {}?{why}", self.typed(&[name]))
            }
            _ if is_almost_one_of(typed, self.command_names().into_iter()) => return None,
            _ if self.command_names().is_empty() => return None,
            _ => self.of_missing_command(),
        })
    }

    /// What there is in the group.
    pub(super) fn of_missing_command(&self) -> String {
        format!("the commands of {} are {}", self.typed(&[]), self.command_names().join(", "))
    }
}

/// The command of a group that shows or lists what belongs to a record: `customer show KIM`, `invoice list KIM`.
fn about<'a>(group: &'a Command, record: &'a str) -> Option<Vec<&'a str>> {
    let takes_it = |name: &&str| {
        let command = group.find_subcommand(name);
        command.is_some_and(|command| command.get_positionals().next().is_some())
    };
    let name = ["list", "show"].into_iter().find(takes_it)?;
    Some(vec![group.get_name(), name, record])
}

/// The command of a group that lists everything without an argument.
fn listing(group: &Command) -> Option<&'static str> {
    let takes_nothing = |name: &&str| {
        let command = group.find_subcommand(name);
        command.is_some_and(|command| !command.get_arguments().any(clap::Arg::is_required_set))
    };
    ["list", "show"].into_iter().find(takes_nothing)
}
