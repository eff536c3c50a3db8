//! Hints for command lines whose options or arguments do not fit the command.

use clap::Arg;
use ssgctl::error::quoted;

use crate::args::newcomer::line::Line;
use crate::args::newcomer::similar::is_almost_one_of;
use crate::args::synonyms;

impl Line<'_> {
    /// A long option with one dash, which the parser takes for a short one with a value.
    pub(super) fn one_dash(&self) -> Option<String> {
        let is_long =
            |word: &&str| word.len() > 2 && !word.starts_with("--") && self.option(&format!("-{word}")).is_some();
        let word = self.words.iter().copied().filter(|word| word.starts_with('-')).find(is_long)?;
        Some(format!("options with a name have two dashes: {}", quoted(format!("-{word}"))))
    }

    pub(super) fn of_unknown_option(&self, option: &str) -> Option<String> {
        let name = option.split('=').next().unwrap_or(option).trim_start_matches("--");
        if name == "password" && (self.has_option("password-stdin") || self.path.first() == Some(&"smpp")) {
            return Some(
                "passwords are not arguments, because other users can see them: \
                 `ssgctl smpp rotate-password ACCOUNT --password-stdin` reads one"
                    .to_owned(),
            );
        }
        let meant = synonyms::options(name);
        let is_argument = |argument: &&Arg| {
            let mut names = argument.get_value_names().unwrap_or_default().iter();
            names.any(|value| [name].iter().chain(&meant).any(|name| value.as_str().eq_ignore_ascii_case(name)))
        };
        if let Some(argument) = self.command.get_positionals().find(is_argument) {
            let value = argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
            return Some(format!("{value} is not an option: {}", self.usage()));
        }
        let known = meant.into_iter().find(|option| self.has_option(option));
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

    /// An argument with its unit, or one that may be in the place of another.
    pub(super) fn of_wrong_argument(&self, value: &str) -> Option<String> {
        let (number, unit) = value.split_at(value.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(value.len()));
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit());
        if is_number && unit.len() == 3 && self.has_option("unit") {
            return Some(format!("the unit is an option: `{} --unit {}`", number.trim(), unit.to_uppercase()));
        }
        let required = self.command.get_positionals().filter(|argument| argument.is_required_set()).count();
        let has_several = self.command.get_positionals().nth(1).is_some();
        // With too few arguments, each is in the place of another one.
        let lacks_some = self.rest.len() < required;
        (has_several && (!is_number || lacks_some) && !value.is_empty()).then(|| self.usage())
    }

    /// A short option that the command does not have: one of another program, or a negative value.
    fn of_short_option(&self, argument: &str, letter: &str) -> String {
        if letter.bytes().all(|byte| byte.is_ascii_digit()) {
            let number =
                self.words.iter().find_map(|word| word.strip_prefix('-').filter(|rest| rest.starts_with(letter)));
            return match (self.negative_value(argument), number) {
                (Some(hint), _) => hint,
                (None, Some(number)) if self.has_option("limit") => format!("did you mean `--limit {number}`?"),
                _ => self.usage(),
            };
        }
        match synonyms::options(letter).into_iter().find(|option| self.has_option(option)) {
            Some(option) => format!("did you mean `--{option}`?"),
            None => format!("{} lists the options", self.help()),
        }
    }

    /// An option without its dashes: `country IE` or `country=IE`.
    fn without_dashes(&self, argument: &str) -> Option<String> {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (argument, self.word_after(argument)),
        };
        let option = name.replace('_', "-");
        self.option(&format!("--{option}"))?;
        let value = value.map(|value| format!(" {}", shell_words::quote(value))).unwrap_or_default();
        Some(format!("did you mean `--{option}{value}`?"))
    }

    pub(super) fn of_unexpected_argument(&self, argument: &str) -> String {
        if let Some(letter) = argument.strip_prefix('-') {
            return self.of_short_option(argument, letter);
        }
        // `--amount 100`: an argument that may begin with a dash takes the option for its value.
        let before = self.words.iter().position(|word| *word == argument).and_then(|at| at.checked_sub(1));
        let option = before
            .map(|at| self.words[at])
            .filter(|word| word.len() > 2 && word.starts_with("--") && self.option(word).is_none());
        if let Some(hint) = option.and_then(|option| self.of_unknown_option(option)) {
            return hint;
        }
        if let Some(hint) = self.without_dashes(argument) {
            return hint;
        }
        if let Some(hint) = self.without_quotes(argument) {
            return hint;
        }
        let main = match self.path.as_slice() {
            ["customer", "new"] | ["quick-create"] => Some("organisation"),
            ["contact", "add"] => Some("name"),
            ["balance", "warn"] => Some("upper"),
            [_, "list"] if self.has_option("search") => Some("search"),
            [_, _] if self.has_option("customer") => Some("customer"),
            [_, _] if self.has_option("description") => Some("description"),
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
