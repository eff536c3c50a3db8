//! The command line: parses, runs one command, tells how it ended.

mod audit;
mod balance;
mod change;
mod complete;
mod config;
mod contact;
mod context;
mod customer;
mod db;
mod document;
mod editor;
mod exit;
mod export;
mod import;
mod input;
mod lazily;
mod list;
mod mail;
mod mail_settings;
mod manual;
mod note;
mod output;
mod period;
mod post;
mod progress;
mod prompt;
mod quick_create;
mod report;
mod search;
mod service;
mod settings;
mod signals;
mod smpp;
mod traffic;
mod usage;
mod version;
mod wizard;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::CompleteEnv;

use crate::context::Context;
use crate::exit::{Exit, Failure, Form, Result};
use crate::lazily::Lazily;
use crate::output::{Format, Output, OutputArgs, When};
use crate::prompt::Prompt;
use crate::settings::{FileArgs, Settings};

/// Manage the customers of an SMS gateway: records, SMPP accounts, prepaid balances
#[derive(Debug, Parser)]
#[command(
    name = "ssgctl",
    version,
    max_term_width = 100,
    subcommand_value_name = "NOUN",
    subcommand_help_heading = "Nouns",
    disable_help_subcommand = false,
    after_help = "`ssgctl help NOUN VERB` explains each command, with examples."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    global: GlobalArgs,

    #[command(subcommand)]
    noun: Noun,
}

#[derive(Debug, Args)]
struct GlobalArgs {
    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    files: FileArgs,

    /// Answer yes to every confirmation
    #[arg(short, long, global = true, help_heading = "Global options")]
    yes: bool,

    /// Never ask; a missing value is an error that names its option
    #[arg(long, global = true, env = "SSGCTL_NO_INPUT", value_parser = clap::builder::FalseyValueParser::new(), hide_env_values = true, help_heading = "Global options")]
    no_input: bool,

    /// Tell nothing on stderr but errors
    #[arg(short, long, global = true, help_heading = "Global options")]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Noun {
    /// Manage customers: who they are and how they are billed
    #[command(subcommand)]
    Customer(Lazily<customer::Command>),
    /// Manage the people at customers
    #[command(subcommand)]
    Contact(Lazily<contact::Command>),
    /// Keep notes about customers
    #[command(subcommand)]
    Note(Lazily<note::Command>),
    /// Manage SMPP accounts: credentials, switches, limits
    #[command(subcommand)]
    Smpp(Lazily<smpp::Command>),
    /// Manage services: what message parts cost, and in which unit
    #[command(subcommand)]
    Service(Lazily<service::Command>),
    /// Manage prepaid balances, in SMS credits or money
    #[command(subcommand)]
    Balance(Lazily<balance::Command>),
    /// Import SMS traffic, each message once, and charge it
    #[command(subcommand)]
    Traffic(Lazily<traffic::Command>),
    /// Sum up what the database knows
    #[command(subcommand)]
    Report(Lazily<report::Command>),
    QuickCreate(quick_create::QuickCreateArgs),
    /// Look after letters: what waits, what was sent, what failed
    #[command(subcommand)]
    Mail(Lazily<mail::Command>),
    /// Read the audit log: who changed what, when, why, from what to what
    #[command(subcommand)]
    Audit(Lazily<audit::Command>),
    /// Look after the database file
    #[command(subcommand)]
    Db(Lazily<db::Command>),
    /// Look at the configuration
    #[command(subcommand)]
    Config(Lazily<config::Command>),
    Export(document::ExportArgs),
    Import(document::ImportArgs),
    Completions(complete::CompletionsArgs),
    Man(manual::ManArgs),
    Version(version::VersionArgs),
}

fn main() -> ExitCode {
    signals::exit_on_signals();
    CompleteEnv::with_factory(Cli::command).complete();
    let arguments: Vec<_> = std::env::args_os().collect();
    let matches = match Cli::command().try_get_matches_from(&arguments) {
        Ok(matches) => matches,
        Err(error) => return not_parsed(&error, &arguments),
    };
    let command = command_name(&matches);
    match Cli::from_arg_matches(&matches) {
        Ok(cli) => run(cli, command),
        Err(error) => not_parsed(&error, &arguments),
    }
}

fn run(cli: Cli, command: String) -> ExitCode {
    let GlobalArgs { output, files, yes, no_input, quiet } = cli.global;
    let form = match output.format() {
        Format::Json | Format::Jsonl => Form::Json,
        _ => Form::Text { colour: output.color.colours(&std::io::stderr()) },
    };
    let makes_config = matches!(cli.noun, Noun::Config(Lazily(config::Command::Init(_) | config::Command::Path(_))));
    let settings = match Settings::load(&files, !makes_config) {
        Ok(settings) => settings,
        Err(failure) => return failure.report(form, false),
    };
    let prompt = Prompt { yes, no_input };
    let mut context = Context::new(settings, Output::new(&output), prompt, command, quiet);
    match cli.noun.run(&mut context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            context.output.discard();
            failure.report(form, context.committed)
        }
    }
}

impl Noun {
    fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Customer(verb) => verb.0.run(context),
            Self::Contact(verb) => verb.0.run(context),
            Self::Note(verb) => verb.0.run(context),
            Self::Smpp(verb) => verb.0.run(context),
            Self::Service(verb) => verb.0.run(context),
            Self::Balance(verb) => verb.0.run(context),
            Self::Traffic(verb) => verb.0.run(context),
            Self::Report(verb) => verb.0.run(context),
            Self::QuickCreate(args) => quick_create::run(args, context),
            Self::Mail(verb) => verb.0.run(context),
            Self::Audit(verb) => verb.0.run(context),
            Self::Db(verb) => verb.0.run(context),
            Self::Config(verb) => verb.0.run(context),
            Self::Export(args) => document::export(&args, context),
            Self::Import(args) => document::import(&args, context),
            Self::Completions(args) => complete::run(&args, context),
            Self::Man(args) => manual::run(&args, context),
            Self::Version(args) => version::run(&args, context),
        }
    }
}

/// A command line once more, with the answers that it left open.
fn read_again(words: &[OsString]) -> Result<Noun> {
    let program = OsString::from("ssgctl");
    Ok(Cli::try_parse_from([&program].into_iter().chain(words)).map_err(|error| Failure::from(&error))?.noun)
}

/// Noun and verb as they were given, such as `balance adjust`.
fn command_name(matches: &ArgMatches) -> String {
    let mut words = Vec::new();
    let mut level = matches;
    while let Some((name, deeper)) = level.subcommand() {
        words.push(name);
        level = deeper;
    }
    words.join(" ")
}

/// Help and version go to stdout; anything else the parser says is a failure like any other.
fn not_parsed(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let rendered = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let mut out = anstream::stdout();
            match write!(out, "{}", rendered.ansi()).and_then(|()| out.flush()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => Failure::output(error).report(form_of(arguments), false),
            }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // Nobody may be reading stderr; the exit code says the same.
            let _ = write!(anstream::stderr(), "{}", rendered.ansi());
            ExitCode::from(Exit::Usage as u8)
        }
        _ => Failure::from(error).report(form_of(arguments), false),
    }
}

/// The form of failures when the arguments could not be parsed: JSON if they seem to ask for it.
fn form_of(arguments: &[OsString]) -> Form {
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let asks_for_json = words.iter().any(|word| matches!(*word, "--json" | "-ojson" | "-ojsonl"))
        || words.iter().any(|word| word.starts_with("--output=json"))
        || words.windows(2).any(|pair| matches!(pair[0], "-o" | "--output") && pair[1].starts_with("json"));
    if asks_for_json { Form::Json } else { Form::Text { colour: When::Auto.colours(&std::io::stderr()) } }
}
