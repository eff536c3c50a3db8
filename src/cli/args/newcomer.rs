//! Hints for command lines of people who do not know the program yet: words of other programs, a wrong order, an option instead
//! of an argument. The parser knows only typing errors.
//!
//! A hint is never a guess about data. It names a command or option that exists in the definition of the arguments.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};
use ssgctl::error::quoted;

use crate::args::synonyms::{self, command_in, group};

/// A hint for a command line that cannot be parsed; none if the error says it all.
pub(crate) fn hint(error: &clap::Error, arguments: &[OsString], mut root: Command) -> Option<String> {
    root.build();
    let words: Vec<String> = arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| *word != "help").collect();
    let line = Line::of(&root, &words);
    if let Some(hint) = line.one_dash() {
        return Some(hint);
    }
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    let invalid = text(ContextKind::InvalidArg);
    match error.kind() {
        ErrorKind::InvalidSubcommand => line.of_unknown_command(),
        ErrorKind::UnknownArgument if invalid.starts_with("--") => line.of_unknown_option(invalid),
        ErrorKind::UnknownArgument => Some(line.of_unexpected_argument(invalid)),
        ErrorKind::MissingRequiredArgument => Some(line.usage()),
        ErrorKind::InvalidValue if invalid.starts_with("--output") => match text(ContextKind::InvalidValue) {
            "yaml" | "yml" => Some("JSON is YAML too: `-o json`".to_owned()),
            "wide" => Some("`--fields` chooses the columns".to_owned()),
            _ => None,
        },
        ErrorKind::ValueValidation | ErrorKind::InvalidValue if invalid.starts_with(['<', '[']) => {
            line.of_wrong_argument(text(ContextKind::InvalidValue))
        }
        _ => None,
    }
}

/// What a command line that cannot be parsed stands for.
pub(crate) enum Shorthand {
    /// These words, without doubt.
    Command(Vec<OsString>),
    /// These words, if there is a customer of this name.
    Customer(String, Vec<OsString>),
}

/// What a command line with an unknown command stands for: `customer ls`, `show KIM` or `KIM`.
pub(crate) fn shorthand(arguments: &[OsString], mut root: Command) -> Option<Shorthand> {
    root.build();
    let words: Vec<&str> = arguments.iter().skip(1).map(|word| word.to_str()).collect::<Option<_>>()?;
    if words.contains(&"help") {
        return None;
    }
    let line = Line::of(&root, &words);
    let typed = line.rest.first().copied()?;
    let instead = |names: &[&str]| {
        let at = words.iter().position(|word| *word == typed).unwrap_or_default();
        let names = names.iter().map(OsString::from);
        // The name of the program comes first.
        arguments[..=at].iter().cloned().chain(names).chain(arguments[at + 2..].iter().cloned()).collect()
    };
    match (line.path.as_slice(), line.rest.get(1)) {
        ([], Some(next)) if typed == "show" => {
            let is_customer = group(next).is_none() && root.find_subcommand(next).is_none();
            is_customer.then(|| Shorthand::Command(instead(&["customer", "show"])))
        }
        ([], None) => match synonyms::top(typed).filter(|name| *name == "overview") {
            Some(name) => Some(Shorthand::Command(instead(&[name]))),
            None => Some(Shorthand::Customer(typed.to_owned(), instead(&["customer", "show", typed]))),
        },
        ([_], _) => synonyms::same_command_in(line.command, typed).map(|name| Shorthand::Command(instead(&[name]))),
        _ => None,
    }
}

/// A command line, as far as it names commands that exist.
struct Line<'a> {
    root: &'a Command,
    /// The last command that exists.
    command: &'a Command,
    /// The name of that command, such as `customer new`.
    path: Vec<&'a str>,
    /// The other words, without options and their values.
    rest: Vec<&'a str>,
    words: &'a [&'a str],
}

impl<'a> Line<'a> {
    fn of(root: &'a Command, words: &'a [&'a str]) -> Self {
        let mut line = Line { root, command: root, path: Vec::new(), rest: Vec::new(), words };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word.starts_with('-') {
                let takes_value = line.option(word).is_some_and(|option| option.get_action().takes_values());
                if takes_value && !word.contains('=') {
                    words.next();
                }
                continue;
            }
            match line.command.find_subcommand(word).filter(|_| line.rest.is_empty()) {
                Some(command) => {
                    line.command = command;
                    line.path.push(command.get_name());
                }
                None => line.rest.push(word),
            }
        }
        line
    }

    /// The definition of an option of the command, such as `--unit` or `-n`.
    fn option(&self, word: &str) -> Option<&'a Arg> {
        let name = word.split('=').next().unwrap_or(word);
        let all = self.command.get_arguments().chain(self.root.get_arguments());
        let mut options = all.filter(|argument| !argument.is_positional());
        options.find(|option| match name.strip_prefix("--") {
            Some(long) => option.get_long() == Some(long),
            None => option.get_short().is_some_and(|short| name == format!("-{short}")),
        })
    }

    fn has_option(&self, long: &str) -> bool {
        self.option(&format!("--{long}")).is_some()
    }

    /// The name of the command with further words, as it is typed.
    fn typed(&self, further: &[&str]) -> String {
        let words: Vec<&str> = ["ssgctl"].iter().chain(&self.path).chain(further).copied().collect();
        format!("`{}`", words.join(" "))
    }

    /// The synopsis of the command.
    fn usage(&self) -> String {
        let usage = self.command.clone().render_usage().to_string();
        let synopsis = usage.trim_start_matches("Usage:").trim();
        if synopsis.ends_with("[OPTIONS]") {
            return format!("{} has examples", self.help());
        }
        format!("the usage is `{synopsis}`; {} has examples", self.help())
    }

    fn help(&self) -> String {
        format!("`{}`", ["ssgctl help"].iter().chain(&self.path).copied().collect::<Vec<_>>().join(" "))
    }

    /// A long option with one dash, which the parser takes for a short one with a value.
    fn one_dash(&self) -> Option<String> {
        let is_long =
            |word: &&str| word.len() > 2 && !word.starts_with("--") && self.option(&format!("-{word}")).is_some();
        let word = self.words.iter().copied().filter(|word| word.starts_with('-')).find(is_long)?;
        Some(format!("options with a name have two dashes: {}", quoted(format!("-{word}"))))
    }

    fn of_unknown_command(&self) -> Option<String> {
        let (typed, next) = (self.rest.first().copied()?, self.rest.get(1).copied());
        if !self.path.is_empty() {
            return self.of_unknown_command_in_group(typed);
        }
        if let Some(hint) = self.of_unknown_first_word(typed) {
            return Some(hint);
        }
        if let Some(group) = group(typed) {
            let command = self.root.find_subcommand(group)?;
            let path = match next.and_then(|next| command_in(command, next)) {
                Some(name) => self.typed(&[group, name]),
                None => self.typed(&[group]),
            };
            return Some(format!("did you mean {path}?"));
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
    fn of_unknown_first_word(&self, typed: &str) -> Option<String> {
        let rest = self.rest.get(1..).unwrap_or_default().join(" ");
        Some(match typed {
            "search" | "find" | "grep" | "whois" => {
                let text = if rest.is_empty() { "TEXT".to_owned() } else { shell_words::quote(&rest).into_owned() };
                format!("did you mean {}?", self.typed(&["customer", "list", "--search", &text]))
            }
            "revert" => "`ssgctl undo` takes back a change, `ssgctl traffic revert` an import of traffic".to_owned(),
            "serve" | "server" | "daemon" | "start" | "run" => {
                "there is no server to run; `ssgctl balance check` and `ssgctl traffic import` run from cron".to_owned()
            }
            "login" | "logout" | "auth" if rest.is_empty() => {
                "there is no login: who may read the database file may use it; `ssgctl smpp list` has the accounts"
                    .to_owned()
            }
            _ => format!("did you mean {}?", self.typed(&[synonyms::top(typed)?])),
        })
    }

    fn of_unknown_command_in_group(&self, typed: &str) -> Option<String> {
        Some(match (self.path.as_slice(), command_in(self.command, typed)) {
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
            _ => format!("the commands of {} are {}", self.typed(&[]), self.command_names().join(", ")),
        })
    }

    /// The names of the commands of the group.
    fn command_names(&self) -> Vec<&'a str> {
        self.command.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect()
    }

    fn of_unknown_option(&self, option: &str) -> Option<String> {
        let name = option.split('=').next().unwrap_or(option).trim_start_matches("--");
        if name == "password" && (self.has_option("password-stdin") || self.path.first() == Some(&"smpp")) {
            return Some(
                "passwords are not arguments, because other users can see them: \
                 `ssgctl smpp rotate-password ACCOUNT --password-stdin` reads one"
                    .to_owned(),
            );
        }
        let is_argument = |argument: &&Arg| {
            let mut names = argument.get_value_names().unwrap_or_default().iter();
            names.any(|value| value.as_str().eq_ignore_ascii_case(name))
        };
        if let Some(argument) = self.command.get_positionals().find(is_argument) {
            let value = argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
            return Some(format!("{value} is not an option: {}", self.usage()));
        }
        let known = synonyms::options(name).into_iter().find(|option| self.has_option(option));
        if known == Some("output") {
            let value = option.split_once('=').map(|(_, value)| value).or_else(|| self.word_after(option));
            return Some(format!("did you mean `-o {}`?", value.unwrap_or("json")));
        }
        match known.or_else(|| self.options().find(|option| option.starts_with(name))) {
            Some(option) => Some(format!("did you mean `--{option}`?")),
            None if is_almost_one_of(name, self.options()) => None,
            None => Some(format!("{} lists the options", self.help())),
        }
    }

    /// An argument that is the rest of an option's value: `--organisation ABC Corp`.
    fn without_quotes(&self, argument: &str) -> Option<String> {
        let at = self.words.iter().position(|word| *word == argument)?;
        let option = self.words[..at].iter().rposition(|word| word.starts_with('-'))?;
        let takes_value = self.option(self.words[option])?.get_action().takes_values();
        if !takes_value || self.words[option].contains('=') || at < option + 2 {
            return None;
        }
        let value: Vec<&str> =
            self.words[option + 1..].iter().copied().take_while(|word| !word.starts_with('-')).collect();
        let value = shell_words::quote(&value.join(" ")).into_owned();
        Some(format!("put a value with spaces in quotes: `{} {value}`", self.words[option]))
    }

    /// A negative value of an option, of which the parser names the first characters only.
    fn negative_value(&self, beginning: &str) -> Option<String> {
        let at = self.words.iter().position(|word| word.starts_with(beginning))?;
        let option = self.words.get(at.checked_sub(1)?).filter(|word| self.option(word).is_some())?;
        Some(format!("write a negative value with an equals sign: `{option}={}`", self.words[at]))
    }

    /// The word after another one.
    fn word_after(&self, word: &str) -> Option<&'a str> {
        let at = self.words.iter().position(|other| *other == word)?;
        self.words.get(at + 1).copied()
    }

    fn options(&self) -> impl Iterator<Item = &str> {
        self.command.get_arguments().chain(self.root.get_arguments()).filter_map(Arg::get_long)
    }

    /// An argument with its unit, or one that may be in the place of another.
    fn of_wrong_argument(&self, value: &str) -> Option<String> {
        let (number, unit) = value.split_at(value.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(value.len()));
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit());
        if is_number && unit.len() == 3 && self.has_option("unit") {
            return Some(format!("the unit is an option: `{} --unit {}`", number.trim(), unit.to_uppercase()));
        }
        let has_several = self.command.get_positionals().nth(1).is_some();
        (has_several && !is_number && !value.is_empty()).then(|| self.usage())
    }

    fn of_unexpected_argument(&self, argument: &str) -> String {
        if let Some(number) = argument.strip_prefix('-') {
            return if number.bytes().all(|byte| byte.is_ascii_digit()) {
                self.negative_value(argument).unwrap_or_else(|| self.usage())
            } else {
                format!("{} lists the options", self.help())
            };
        }
        if let Some(hint) = self.without_quotes(argument) {
            return hint;
        }
        let main = match self.path.as_slice() {
            ["customer", "new"] | ["quick-create"] => Some("organisation"),
            ["contact", "add"] => Some("name"),
            ["balance", "warn"] => Some("upper"),
            [_, "list"] if self.has_option("search") => Some("search"),
            _ => None,
        };
        if let Some(option) = main {
            let text: Vec<&str> = self.rest.iter().copied().skip_while(|word| *word != argument).collect();
            let text = shell_words::quote(&text.join(" ")).into_owned();
            return format!("did you mean `--{option} {text}`?");
        }
        let hint = self.usage();
        if self.command.get_positionals().next().is_some() {
            format!("put a value with spaces in quotes; {hint}")
        } else {
            hint
        }
    }
}

/// Whether a word may be a typing error for one of these names.
fn is_almost_one_of<'a>(word: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
    names.any(|name| is_similar(name, word))
}

/// The name for which a word may be a typing error, if there is one.
pub(super) fn most_similar<'a>(names: &'a [String], word: &str) -> Option<&'a String> {
    let similar = names.iter().filter(|name| is_similar(name, word));
    similar.min_by_key(|name| strsim::osa_distance(name, word))
}

/// Whether one name may be a typing error for the other: a third of it may differ. The parser suggests names that are too different
/// to help.
fn is_similar(one: &str, other: &str) -> bool {
    strsim::osa_distance(one, other) * 3 <= one.chars().count().max(other.chars().count())
}
