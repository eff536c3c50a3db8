//! `ssgctl help TOPIC`: what belongs to no single command.

use std::ffi::OsString;

use clap::{Args, Command};

use crate::commands::GlobalArgs;
use crate::exit_codes::Exit;

/// A topic and its subject.
struct Topic {
    name: &'static str,
    subject: &'static str,
    text: fn() -> String,
}

const TOPICS: &[Topic] = &[
    Topic { name: "options", subject: "Options of every command", text: options },
    Topic {
        name: "formats",
        subject: "Tables, JSON, CSV and names",
        text: || include_str!("topics/formats.txt").to_owned(),
    },
    Topic { name: "fields", subject: "What a command prints", text: || include_str!("topics/fields.txt").to_owned() },
    Topic {
        name: "time",
        subject: "Times, periods and time zones",
        text: || include_str!("topics/time.txt").to_owned(),
    },
    Topic { name: "money", subject: "Units, amounts and keys", text: || include_str!("topics/money.txt").to_owned() },
    Topic {
        name: "aliases",
        subject: "Names for command lines",
        text: || include_str!("topics/aliases.txt").to_owned(),
    },
    Topic { name: "exit-codes", subject: "Exit codes and what to do", text: exit_codes },
    Topic { name: "environment", subject: "Environment variables", text: || listed(&ENVIRONMENT) },
    Topic { name: "files", subject: "Files that the program uses", text: || listed(&FILES) },
    Topic { name: "topics", subject: "This list", text: topics },
];

/// The topics as commands below `help`, which completion offers.
pub(crate) fn as_commands() -> impl Iterator<Item = Command> {
    TOPICS.iter().map(|topic| Command::new(topic.name).about(topic.subject))
}

/// The text of a topic.
pub(super) fn text_of(name: &str) -> Option<String> {
    TOPICS.iter().find(|topic| topic.name == name).map(|topic| (topic.text)())
}

/// The text of the topic that a command line such as `ssgctl help money` asks for.
pub(crate) fn asked_for(words: &[OsString]) -> Option<String> {
    let [_, help, name] = words else { return None };
    let topic = TOPICS.iter().find(|topic| help == "help" && name == topic.name)?;
    Some(format!("{}\n\n{}\n", topic.subject, (topic.text)().trim_end()))
}

fn options() -> String {
    let help =
        GlobalArgs::augment_args(Command::new("ssgctl")).help_template("{all-args}").render_long_help().to_string();
    help.trim().to_owned()
}

fn exit_codes() -> String {
    let line =
        |exit: &Exit| format!("{:>5}  {}: {}\n       {}\n", *exit as u8, exit.name(), exit.meaning(), exit.action());
    Exit::ALL.iter().map(line).collect::<String>()
        + "\nThe word in brackets of an error says more; ssgctl-exit-codes(7) lists all of them. With -o json, errors are JSON too."
}

fn topics() -> String {
    let lines = TOPICS.iter().map(|topic| format!("  {:<12} {}\n", topic.name, topic.subject));
    lines.collect::<Vec<_>>().concat()
}

/// Terms with their meanings below.
fn listed(items: &[(&str, &str)]) -> String {
    let lines = items.iter().map(|(term, meaning)| format!("  {term}\n      {meaning}\n"));
    lines.collect::<Vec<_>>().concat()
}

pub(super) const ENVIRONMENT: [(&str, &str); 10] = [
    ("SSGCTL_DB", "The database file."),
    ("SSGCTL_PROFILE", "The profile, see --profile. It cannot be used with another database or configuration file."),
    ("SSGCTL_CONFIG", "The configuration file."),
    ("SSGCTL_KEY_FILE", "The file with the key that encrypts SMPP passwords."),
    ("SSGCTL_WAIT", "Seconds to wait for a locked database."),
    ("SSGCTL_ACTOR", "The name that the audit log records as the actor."),
    ("SSGCTL_NO_INPUT", "If set to 1, never prompt."),
    ("XDG_DATA_HOME, XDG_CONFIG_HOME", "The folders of the files below."),
    ("VISUAL, EDITOR", "The editor that customer edit --editor opens."),
    ("NO_COLOR", "If not empty, print without colours."),
];

pub(super) const FILES: [(&str, &str); 3] = [
    (
        "$XDG_DATA_HOME/ssgctl/ssgctl.db",
        "The database. db init creates it, and so do the commands that add the first records.",
    ),
    ("$XDG_CONFIG_HOME/ssgctl/config.toml", "The configuration. Optional."),
    (
        "$XDG_CONFIG_HOME/ssgctl/ssgctl.key",
        "The key that encrypts SMPP passwords, created on first use. Backups do not contain it.",
    ),
];
