//! `ssgctl help TOPIC`: what belongs to no single command.

use std::ffi::OsString;

use clap::{Args, Command};

use crate::commands::GlobalArgs;
use crate::commands::man::{ENVIRONMENT, FILES};
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
        + "\nThe word in brackets of an error says more; ssgctl(1) lists all of them. With -o json, errors are JSON too."
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
