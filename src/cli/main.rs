//! `ssgctl`: parses the command line, runs one command and reports how it ended.

mod args;
mod command_line;
mod commands;
mod config;
mod context;
mod environment;
mod error_codes;
mod escape;
mod exit;
mod exit_codes;
mod hints;
mod interactive;
mod output;
mod progress;
mod shorthand;
mod signals;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;
use clap_complete::CompleteEnv;

use crate::args::named_command::DeferredCommand;

use crate::command_line::CommandLine;
use crate::commands::{Cli, Command, GlobalArgs, topics};
use crate::config::{FileArgs, FileUse, Settings};
use crate::context::Context;
use crate::exit::{ErrorFormat, Exit, Failure};
use crate::interactive::prompt::Prompt;
use crate::output::{Format, Output, When};

fn main() -> ExitCode {
    environment::unset_empty_variables();
    signals::exit_on_signals();
    CompleteEnv::with_factory(completed_definition).complete();
    let words: Vec<_> = std::env::args_os().collect();
    let words = match commands::aliases::expanded(words) {
        Ok(words) => words,
        Err(failure) => return failure.report(error_format_of(&std::env::args_os().collect::<Vec<_>>()), false),
    };
    if let Some(text) = topics::asked_for(&words) {
        return print_help(&text, &words);
    }
    match CommandLine::parse(definition, Cli::parse_named, words.clone()) {
        Ok((cli, line)) => run(cli, line),
        Err(error) => match shorthand::long_form(&error, &words) {
            Some(words) => match CommandLine::parse(Cli::command, Cli::parse_named, words.clone()) {
                Ok((cli, line)) => run(cli, line),
                Err(error) => exit_on_parse_error(&error, &words),
            },
            None => exit_on_parse_error(&error, &words),
        },
    }
}

/// The definition that completion offers from: with the topics of `ssgctl help`.
fn completed_definition() -> clap::Command {
    let mut program = Cli::command();
    // Only this adds the command `help`.
    program.build();
    program.mut_subcommand("help", |help| help.subcommands(topics::as_commands()))
}

fn run(cli: Cli, line: CommandLine) -> ExitCode {
    let GlobalArgs { output, files, yes, no_input, quiet } = cli.global;
    let error_format = match output.format() {
        Format::Json | Format::Jsonl => ErrorFormat::Json,
        _ => ErrorFormat::Text { colour: output.color.colours(&std::io::stderr()) },
    };
    let settings = match settings(&files, &cli.command) {
        Ok(settings) => settings,
        Err(failure) => return failure.of_profile(files.profile()).report(error_format, false),
    };
    settings.protect_files();
    let zone = line.zone().unwrap_or_else(|| settings.defaults.zone());
    let prompt = Prompt { yes, no_input };
    let mut context = Context::new(settings, Output::new(&output, zone), prompt, line, quiet);
    match cli.command.run(&mut context) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if context.output.was_left(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            context.output.discard();
            let failure = match context.settings.database() {
                Ok(database) => failure.naming(database),
                Err(_) => failure,
            };
            failure.of_profile(context.settings.profile()).report(error_format, context.committed)
        }
    }
}

/// The settings that a command needs.
fn settings(files: &FileArgs, command: &Command) -> Result<Settings, Failure> {
    use commands::config::Command::{Check, Init, Path, Set};
    match command {
        // These must work before the file that --config or --profile names exists.
        Command::Config(DeferredCommand(Init(_) | Set(_))) => Settings::load(files, FileUse::Optional),
        // These are to find or check a file that may be broken.
        Command::Config(DeferredCommand(Path(_) | Check(_))) => {
            Settings::load(files, FileUse::Optional).or_else(|_| Settings::load(files, FileUse::Ignored))
        }
        _ => Settings::load(files, FileUse::Required),
    }
}

/// The definition of all commands, as help shows them.
fn definition() -> clap::Command {
    args::help::by_subject(Cli::command())
}

fn print_help(text: &str, arguments: &[OsString]) -> ExitCode {
    let mut out = anstream::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => Failure::output(error).report(error_format_of(arguments), false),
    }
}

/// Prints help and version on stdout; reports anything else that the parser returns like any other failure.
fn exit_on_parse_error(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    let rendered = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => print_help(&rendered.ansi().to_string(), arguments),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // If stderr cannot be written, the exit code still reports the failure.
            let _ = write!(anstream::stderr(), "{}", rendered.ansi());
            ExitCode::from(Exit::Usage as u8)
        }
        _ => args::usage::failure(error, arguments, Cli::command()).report(error_format_of(arguments), false),
    }
}

/// The format of failures if the arguments could not be parsed: JSON if they appear to ask for it.
fn error_format_of(arguments: &[OsString]) -> ErrorFormat {
    let words: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let asks_for_json = words.iter().any(|word| matches!(*word, "--json" | "-ojson" | "-ojsonl"))
        || words.iter().any(|word| word.starts_with("--output=json"))
        || words.windows(2).any(|pair| matches!(pair[0], "-o" | "--output") && pair[1].starts_with("json"));
    if asks_for_json { ErrorFormat::Json } else { ErrorFormat::Text { colour: When::Auto.colours(&std::io::stderr()) } }
}
