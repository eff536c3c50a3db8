//! A command line that cannot be parsed, as far as it names commands that exist.

use clap::{Arg, Command};

/// A command line, as far as it names commands that exist.
pub(super) struct Line<'a> {
    pub(super) root: &'a Command,
    /// The last command that exists.
    pub(super) command: &'a Command,
    /// The name of that command, such as `customer new`.
    pub(super) path: Vec<&'a str>,
    /// The other words, without options and their values.
    pub(super) rest: Vec<&'a str>,
    pub(super) words: &'a [&'a str],
    /// Whether the help is asked for.
    pub(super) is_help: bool,
}

impl<'a> Line<'a> {
    pub(super) fn of(root: &'a Command, words: &'a [&'a str]) -> Self {
        let (path, rest) = (Vec::new(), Vec::new());
        let mut line = Line { root, command: root, path, rest, words, is_help: false };
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
    pub(super) fn option(&self, word: &str) -> Option<&'a Arg> {
        let name = word.split('=').next().unwrap_or(word);
        let all = self.command.get_arguments().chain(self.root.get_arguments());
        let mut options = all.filter(|argument| !argument.is_positional());
        options.find(|option| match name.strip_prefix("--") {
            Some(long) => option.get_long() == Some(long),
            None => option.get_short().is_some_and(|short| name == format!("-{short}")),
        })
    }

    pub(super) fn has_option(&self, long: &str) -> bool {
        self.option(&format!("--{long}")).is_some()
    }

    /// The name of the command with further words, as it is typed.
    pub(super) fn typed(&self, further: &[&str]) -> String {
        let words: Vec<&str> = ["ssgctl"].iter().chain(&self.path).chain(further).copied().collect();
        format!("`{}`", words.join(" "))
    }

    /// The synopsis of the command.
    pub(super) fn usage(&self) -> String {
        let usage = self.command.clone().render_usage().to_string();
        let synopsis = usage.trim_start_matches("Usage:").trim();
        if synopsis.ends_with("[OPTIONS]") {
            return format!("{} has examples", self.help());
        }
        format!("the usage is `{synopsis}`; {} has examples", self.help())
    }

    pub(super) fn help(&self) -> String {
        format!("`{}`", ["ssgctl help"].iter().chain(&self.path).copied().collect::<Vec<_>>().join(" "))
    }

    /// The names of the commands of the group.
    pub(super) fn command_names(&self) -> Vec<&'a str> {
        self.command.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect()
    }

    /// The word after another one.
    pub(super) fn word_after(&self, word: &str) -> Option<&'a str> {
        let at = self.words.iter().position(|other| *other == word)?;
        self.words.get(at + 1).copied()
    }

    pub(super) fn options(&self) -> impl Iterator<Item = &str> {
        self.command.get_arguments().chain(self.root.get_arguments()).filter_map(Arg::get_long)
    }
}
