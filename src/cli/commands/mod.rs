//! The tree of commands: [`Command`] is its top level, each group has a folder, and each command a file.
//!
//! A group's `mod.rs` has an enum of its commands and a match that runs them. A command's file has its arguments with
//! their help, and `run`, which calls one operation or report and prints the result. How entities are printed is in
//! `row.rs`.

pub(crate) mod aliases;
mod apply;
mod audit;
mod balance;
mod capabilities;
mod completions;
pub(crate) mod config;
mod contact;
mod customer;
mod db;
mod document;
mod fee;
mod invoice;
pub(crate) mod mail;
mod man;
mod metrics;
mod note;
mod overview;
#[cfg(test)]
mod parsing;
mod payment;
mod plan;
mod price;
mod quick_create;
mod report;
mod service;
pub(crate) mod smpp;
pub(crate) mod topics;
mod traffic;
mod undo;
mod verify;
mod version;

use std::ffi::OsString;

use clap::{ArgMatches, Args, Parser, Subcommand};

use crate::args::named_command::{ArgsIfNamed, DeferredCommand, named_commands, with_named_commands};
use crate::command_line::matches;
use crate::config::FileArgs;
use crate::context::Context;
use crate::exit::Result;
use crate::output::OutputArgs;

/// Manage the customers of an SMS gateway: records, SMPP accounts, prepaid balances
#[derive(Debug, Parser)]
#[command(
    name = "ssgctl",
    version,
    max_term_width = 100,
    disable_help_subcommand = false,
    after_help = "`ssgctl help GROUP COMMAND` explains a command with examples, `ssgctl help topics` lists what else is explained."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: GlobalArgs,

    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Cli {
    /// Parses words with only the commands that they name, if that succeeds.
    pub(crate) fn parse_named(words: &[OsString]) -> Option<ArgMatches> {
        with_named_commands(words, || matches(Self::of_named_commands()?, words).ok())
    }

    /// The definition of the commands that the command line names, without what only help and messages need; `None` if it names
    /// none.
    fn of_named_commands() -> Option<clap::Command> {
        let commands = named_commands::<Command>();
        let program = clap::Command::new("ssgctl").subcommand_required(true);
        (!commands.is_empty()).then(|| GlobalArgs::augment_args(program).subcommands(commands))
    }
}

/// The options that every command has.
#[derive(Debug, Args)]
pub(crate) struct GlobalArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) files: FileArgs,

    /// Answer yes to every confirmation
    #[arg(short, long, global = true, hide_short_help = true, help_heading = "Global options")]
    pub(crate) yes: bool,

    /// Never prompt; fail if a required value is missing
    #[arg(long, global = true, env = "SSGCTL_NO_INPUT", value_parser = clap::builder::FalseyValueParser::new(), hide_env_values = true, hide_short_help = true, help_heading = "Global options")]
    pub(crate) no_input: bool,

    /// Print only errors on stderr
    #[arg(short, long, global = true, hide_short_help = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
}

/// Every command and command group of the top level, in the order of `--help`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Overview(ArgsIfNamed<overview::OverviewArgs>),
    /// Manage customers and how they are billed
    #[command(subcommand)]
    Customer(DeferredCommand<customer::Command>),
    /// Manage contacts: the people to reach at a customer
    #[command(subcommand)]
    Contact(DeferredCommand<contact::Command>),
    /// Keep notes about customers
    #[command(subcommand)]
    Note(DeferredCommand<note::Command>),
    /// Manage SMPP accounts: credentials, permissions, limits
    #[command(subcommand)]
    Smpp(DeferredCommand<smpp::Command>),
    /// Manage services: the unit and the price plan of SMPP accounts
    #[command(subcommand)]
    Service(DeferredCommand<service::Command>),
    /// Manage price plans: named lists of prices in one unit
    #[command(subcommand)]
    Plan(DeferredCommand<plan::Command>),
    /// Manage the prices of a plan: by country, network or digits, and by time
    #[command(subcommand)]
    Price(DeferredCommand<price::Command>),
    /// Manage prepaid balances, in SMS credits or money
    #[command(subcommand)]
    Balance(DeferredCommand<balance::Command>),
    /// Draft and issue invoices, and credit them
    #[command(subcommand)]
    Invoice(DeferredCommand<invoice::Command>),
    /// Manage fees, which `invoice run` bills
    #[command(subcommand)]
    Fee(DeferredCommand<fee::Command>),
    /// Record payments and settle invoices with them
    #[command(subcommand)]
    Payment(DeferredCommand<payment::Command>),
    /// Import SMS traffic and charge each message once
    #[command(subcommand)]
    Traffic(DeferredCommand<traffic::Command>),
    /// Report on balances, traffic and charges
    #[command(subcommand)]
    Report(DeferredCommand<report::Command>),
    QuickCreate(ArgsIfNamed<quick_create::QuickCreateArgs>),
    Verify(ArgsIfNamed<verify::VerifyArgs>),
    /// Manage outgoing email
    #[command(subcommand)]
    Mail(DeferredCommand<mail::Command>),
    /// Read the audit log: who changed what, when and why
    #[command(subcommand)]
    Audit(DeferredCommand<audit::Command>),
    Undo(ArgsIfNamed<undo::UndoArgs>),
    Redo(ArgsIfNamed<undo::RedoArgs>),
    Apply(ArgsIfNamed<apply::ApplyArgs>),
    /// Manage the database file
    #[command(subcommand)]
    Db(DeferredCommand<db::Command>),
    /// Create and inspect the configuration file
    #[command(subcommand)]
    Config(DeferredCommand<config::Command>),
    Metrics(ArgsIfNamed<metrics::MetricsArgs>),
    Export(ArgsIfNamed<document::ExportArgs>),
    Import(ArgsIfNamed<document::ImportArgs>),
    Capabilities(ArgsIfNamed<capabilities::CapabilitiesArgs>),
    Completions(ArgsIfNamed<completions::CompletionsArgs>),
    Man(ArgsIfNamed<man::ManArgs>),
    Version(ArgsIfNamed<version::VersionArgs>),
}

impl Command {
    pub(crate) fn run(self, context: &mut Context) -> Result<()> {
        match self {
            Self::Overview(ArgsIfNamed(args)) => overview::run(&args, context),
            Self::Customer(group) => group.0.run(context),
            Self::Contact(group) => group.0.run(context),
            Self::Note(group) => group.0.run(context),
            Self::Smpp(group) => group.0.run(context),
            Self::Service(group) => group.0.run(context),
            Self::Plan(group) => group.0.run(context),
            Self::Price(group) => group.0.run(context),
            Self::Balance(group) => group.0.run(context),
            Self::Invoice(group) => group.0.run(context),
            Self::Fee(group) => group.0.run(context),
            Self::Payment(group) => group.0.run(context),
            Self::Traffic(group) => group.0.run(context),
            Self::Report(group) => group.0.run(context),
            Self::QuickCreate(ArgsIfNamed(args)) => quick_create::run(args, context),
            Self::Verify(ArgsIfNamed(args)) => verify::run(&args, context),
            Self::Mail(group) => group.0.run(context),
            Self::Audit(group) => group.0.run(context),
            Self::Undo(ArgsIfNamed(args)) => undo::undo(&args, context),
            Self::Redo(ArgsIfNamed(args)) => undo::redo(&args, context),
            Self::Apply(ArgsIfNamed(args)) => apply::run(&args, context),
            Self::Db(group) => group.0.run(context),
            Self::Config(group) => group.0.run(context),
            Self::Metrics(ArgsIfNamed(args)) => metrics::run(&args, context),
            Self::Export(ArgsIfNamed(args)) => document::export(&args, context),
            Self::Import(ArgsIfNamed(args)) => document::import(&args, context),
            Self::Capabilities(ArgsIfNamed(args)) => capabilities::run(&args, context),
            Self::Completions(ArgsIfNamed(args)) => completions::run(&args, context),
            Self::Man(ArgsIfNamed(args)) => man::run(&args, context),
            Self::Version(ArgsIfNamed(args)) => version::run(&args, context),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::command_line::CommandLine;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn parse(line: &str) -> Result<String, String> {
        let line = CommandLine::parse::<Cli>(Cli::command, Cli::parse_named, words(line));
        line.map(|(_, line)| line.command()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_value_may_be_the_name_of_a_command() {
        for (line, command) in [
            ("ssgctl customer show list", "customer show"),
            ("ssgctl --config export customer list", "customer list"),
            ("ssgctl balance adjust export -5 --description show", "balance adjust"),
            ("ssgctl smpp quick-create customer --actor note", "smpp quick-create"),
            ("ssgctl version", "version"),
        ] {
            assert_eq!(parse(line), Ok(command.to_owned()), "{line}");
        }
    }

    #[test]
    fn help_and_messages_come_from_all_commands() {
        for line in [
            "ssgctl",
            "ssgctl --help",
            "ssgctl --version",
            "ssgctl customer",
            "ssgctl customer --help",
            "ssgctl customer show --help",
            "ssgctl help customer show",
            "ssgctl custmer show acme",
            "ssgctl customer shw acme",
            "ssgctl customer shw list",
            "ssgctl customer show",
            "ssgctl customer --organisation show",
            "ssgctl customer show --organisation acme",
        ] {
            let whole = Cli::command().try_get_matches_from(words(line)).unwrap_err().to_string();
            assert_eq!(parse(line), Err(whole), "{line}");
        }
    }

    #[test]
    fn only_the_named_commands_are_declared() {
        let line = words("ssgctl customer show acme");
        let definition = with_named_commands(&line, || {
            let mut definition = Cli::of_named_commands().unwrap();
            definition.build();
            definition
        });
        let names = |command: &clap::Command| -> Vec<_> {
            command.get_subcommands().map(|sub| sub.get_name().to_owned()).filter(|name| name != "help").collect()
        };
        assert_eq!(names(&definition), ["customer"]);
        assert_eq!(names(definition.find_subcommand("customer").unwrap()), ["show"]);
        assert!(with_named_commands(&words("ssgctl --help"), Cli::of_named_commands).is_none());
    }
}
