//! `ssgctl capabilities`: what the program can do, as data for programs that call it.
//!
//! Everything comes from the definition that parses the command line and from the tables of exit codes, error codes and topics.
//! Only the fields of results have a list of their own, in `output::known_fields`.

use std::any::TypeId;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Args, Command, ValueEnum};
use serde_json::{Map, Value, json};
use ssgctl::model::{Money, Time};

use crate::args::moment::Moment;
use crate::commands::GlobalArgs;
use crate::commands::topics::ENVIRONMENT;
use crate::context::Context;
use crate::error_codes::ErrorCode;
use crate::exit::Result;
use crate::exit_codes::Exit;
use crate::output::{Cell, Column, Format, Row, known_fields};

/// The version of the form of this document. Members are added without a new version.
const FORM: u64 = 1;

/// Commands that write files or the database although they have no dry run.
const WRITE_WITHOUT_DRY_RUN: &[&str] = &[
    "config init",
    "config public-key",
    "db backup",
    "db init",
    "db migrate",
    "db restore",
    "mail test",
    "man",
    "smpp handover",
    "smpp probe",
];

/// Print every command with its arguments, fields and codes, as data for programs
///
/// With --json it is one document: each command with its arguments, their types, possible values and defaults, the fields of
/// its result, whether it changes anything, and whether it has --dry-run and --key; then the options of every command, exit
/// codes, error codes, environment variables and formats. `form` is the version of the document's form. Without --json it
/// is a list of the commands.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl capabilities
  ssgctl capabilities --json | jq '.commands[] | select(.name == \"balance adjust\")'
  ssgctl capabilities --json | jq -r '.error_codes[] | select(.exits[0] == 9).code'")]
pub(crate) struct CapabilitiesArgs {}

/// A command that can be run.
struct Capability {
    name: String,
    about: String,
    command: Command,
}

impl Capability {
    fn has_option(&self, long: &str) -> bool {
        self.command.get_arguments().any(|argument| argument.get_long() == Some(long))
    }

    /// Whether it may write the database or a file.
    fn changes(&self) -> bool {
        self.has_option("dry-run") || WRITE_WITHOUT_DRY_RUN.contains(&self.name.as_str())
    }
}

impl Row for Capability {
    const NAME: &str = "name";
    const COLUMNS: &[Column<Self>] = &[
        Column::new("name", |c| Cell::text(&c.name)),
        Column::new("changes", |c| Cell::Flag(c.changes())),
        Column::new("dry_run", |c| Cell::Flag(c.has_option("dry-run"))),
        Column::new("key", |c| Cell::Flag(c.has_option("key"))),
        Column::new("about", |c: &Self| Cell::text(&c.about)).text(),
    ];
}

pub(crate) fn run(_: &CapabilitiesArgs, context: &mut Context) -> Result<()> {
    let mut root = context.line.definition().disable_help_subcommand(true);
    root.build();
    let mut commands = Vec::new();
    collect(&root, "", &mut commands);
    if !matches!(context.output.format(), Format::Json | Format::Jsonl) {
        return context.output.rows(&commands);
    }
    let document = document(&commands);
    let text = match context.output.format() {
        Format::Json => serde_json::to_string_pretty(&document),
        _ => serde_json::to_string(&document),
    };
    context.output.text(format!("{}\n", text.unwrap_or_default()).as_bytes())
}

/// Adds the commands below a group.
fn collect(group: &Command, prefix: &str, commands: &mut Vec<Capability>) {
    for command in group.get_subcommands().filter(|command| !command.is_hide_set()) {
        let name = format!("{prefix}{}", command.get_name());
        if command.has_subcommands() {
            collect(command, &format!("{name} "), commands);
        } else {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            commands.push(Capability { name, about, command: command.clone() });
        }
    }
}

fn document(commands: &[Capability]) -> Value {
    let global = GlobalArgs::augment_args(Command::new("ssgctl"));
    let exit_code = |exit: &Exit| json!({ "code": *exit as u8, "name": exit.name(), "meaning": exit.meaning(), "action": exit.action() });
    let error_code = |error: &ErrorCode| {
        let exits: Vec<u8> = error.exits().iter().map(|exit| *exit as u8).collect();
        json!({ "code": error.word(), "exits": exits, "meaning": error.meaning() })
    };
    let variable = |(names, meaning): &(&str, &str)| {
        names.split(", ").map(|name| json!({ "name": name, "meaning": meaning })).collect::<Vec<_>>()
    };
    let format = |format: &Format| {
        let value = format.to_possible_value()?;
        Some(json!({ "name": value.get_name(), "meaning": value.get_help().map(ToString::to_string) }))
    };
    json!({
        "form": FORM,
        "version": env!("CARGO_PKG_VERSION"),
        "commands": commands.iter().map(command_value).collect::<Vec<_>>(),
        "global_options": global.get_arguments().map(argument_value).collect::<Vec<_>>(),
        "exit_codes": Exit::ALL.iter().map(exit_code).collect::<Vec<_>>(),
        "error_codes": ErrorCode::ALL.iter().map(error_code).collect::<Vec<_>>(),
        "environment": ENVIRONMENT.iter().flat_map(variable).collect::<Vec<_>>(),
        "formats": Format::value_variants().iter().filter_map(format).collect::<Vec<_>>(),
    })
}

fn command_value(capability: &Capability) -> Value {
    let is_own = |argument: &&Arg| !argument.is_global_set() && !argument.is_hide_set() && !is_help(argument);
    let arguments: Vec<Value> = capability.command.get_arguments().filter(is_own).map(argument_value).collect();
    json!({
        "name": capability.name,
        "about": capability.about,
        "changes": capability.changes(),
        "dry_run": capability.has_option("dry-run"),
        "key": capability.has_option("key"),
        "arguments": arguments,
        "fields": known_fields::fields_of(&capability.name).map(Vec::from_iter),
    })
}

fn is_help(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version)
}

fn argument_value(argument: &Arg) -> Value {
    let takes_value = argument.get_action().takes_values();
    let kind = match (argument.is_positional(), takes_value) {
        (true, _) => "argument",
        (_, true) => "option",
        (_, false) => "flag",
    };
    let repeatable = matches!(argument.get_action(), ArgAction::Append | ArgAction::Count)
        || argument.get_num_args().is_some_and(|number| number.max_values() > 1);
    let names = argument.get_value_names().filter(|_| takes_value);
    let values = argument.get_possible_values();
    let values: Vec<&str> =
        if takes_value { values.iter().map(clap::builder::PossibleValue::get_name).collect() } else { Vec::new() };
    let defaults = argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
    let help = argument.get_long_help().or_else(|| argument.get_help()).map(ToString::to_string);
    let mut value = Map::new();
    let mut add = |key: &str, member: Value| value.insert(key.to_owned(), member);
    add("name", argument.get_id().as_str().into());
    add("kind", kind.into());
    add("long", argument.get_long().map(|long| format!("--{long}")).into());
    add("short", argument.get_short().map(|short| format!("-{short}")).into());
    add(
        "aliases",
        argument.get_visible_aliases().unwrap_or_default().into_iter().map(|name| format!("--{name}")).collect(),
    );
    add("value_name", names.and_then(|names| names.first()).map(ToString::to_string).into());
    add("type", type_of(argument, takes_value).into());
    add("values", values.into());
    add("required", argument.is_required_set().into());
    add("repeatable", repeatable.into());
    add("separator", argument.get_value_delimiter().map(String::from).into());
    add("default", if takes_value { defaults.reduce(|all, next| format!("{all},{next}")).into() } else { Value::Null });
    add("environment", argument.get_env().map(|name| name.to_string_lossy().into_owned()).into());
    add("help", help.into());
    Value::Object(value)
}

/// The kind of value that an argument takes; null for a flag.
fn type_of(argument: &Arg, takes_value: bool) -> Option<&'static str> {
    let parser = argument.get_value_parser().type_id();
    let is_one_of = |types: &[TypeId]| types.iter().any(|known| parser == *known);
    if !takes_value {
        None
    } else if !argument.get_possible_values().is_empty() {
        Some("word")
    } else if is_one_of(&[
        TypeId::of::<u8>(),
        TypeId::of::<u16>(),
        TypeId::of::<u32>(),
        TypeId::of::<u64>(),
        TypeId::of::<i64>(),
        TypeId::of::<usize>(),
    ]) {
        Some("integer")
    } else if parser == TypeId::of::<PathBuf>() {
        Some("path")
    } else if parser == TypeId::of::<Money>() {
        Some("amount")
    } else if is_one_of(&[TypeId::of::<Moment>(), TypeId::of::<Time>()]) {
        Some("time")
    } else {
        Some("text")
    }
}
