//! `ssgctl man`: writes a manual page for each command, from the same definition that parses the arguments.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use ssgctl::store::files;

use crate::context::Context;
use crate::exit::{ErrorCode, Exit, Failure, Result};

/// The date of the last release, which every page shows. A constant, so that the pages can be built reproducibly.
const DATE: &str = "2026-11-24";

/// Write the manual pages to a folder
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl man /usr/local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Folder, created if it does not exist; pages in it are replaced
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(args: &ManArgs, context: &mut Context) -> Result<()> {
    let mut root = context.line.definition().disable_help_subcommand(true);
    root.build();
    fs::create_dir_all(&args.folder).map_err(|error| {
        Failure::new(ErrorCode::Io, format!("cannot create the folder {}: {error}", args.folder.display()))
    })?;
    let count = write_pages(&root, "ssgctl", &args.folder)?;
    context.note(&format!("{count} pages written"));
    Ok(())
}

/// Writes the pages of a command and of its subcommands, and returns how many.
fn write_pages(command: &Command, name: &str, folder: &Path) -> Result<usize> {
    let path = folder.join(format!("{name}.1"));
    let io_failure =
        |error: std::io::Error| Failure::new(ErrorCode::Io, format!("cannot write {}: {error}", path.display()));
    files::write_public(&path, &page(command, name).map_err(io_failure)?)?;
    let mut count = 1;
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        count += write_pages(subcommand, &format!("{name}-{}", subcommand.get_name()), folder)?;
    }
    Ok(count)
}

fn page(command: &Command, name: &str) -> std::io::Result<Vec<u8>> {
    let usage = command.clone().render_usage().to_string();
    let examples = command.get_before_long_help().map(ToString::to_string);
    // The examples get a section of their own, and what only -h needs is left out.
    let command = command.clone().name(name.to_owned()).after_long_help("").after_help("");
    let command = command.before_long_help("").before_help("").subcommand_help_heading("COMMANDS");
    // An option without a line in -h would have no explanation here.
    let command = command.mut_args(|arg| arg.hide_short_help(false));
    let man = Man::new(command.clone())
        .title(name.to_uppercase())
        .section("1")
        .date(DATE)
        .source(concat!("ssgctl ", env!("CARGO_PKG_VERSION")))
        .manual("ssgctl manual");
    let mut out = Vec::new();
    man.render_title(&mut out)?;
    man.render_name_section(&mut out)?;
    synopsis_section(&usage).to_writer(&mut out)?;
    man.render_description_section(&mut out)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut out)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    if let Some(examples) = examples {
        examples_section(&examples).to_writer(&mut out)?;
    }
    closing_sections(name).to_writer(&mut out)?;
    Ok(out)
}

/// The usage line of `--help`. The synopsis of `clap_mangen` lists every option, which is too long to read.
fn synopsis_section(usage: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["SYNOPSIS"]).text([roman(usage.trim_start_matches("Usage:").trim())]);
    roff
}

fn examples_section(text: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXAMPLES"]).control("nf", []);
    for line in text.lines().filter(|line| !line.starts_with("Examples")) {
        roff.text([roman(line.trim_start())]);
    }
    roff.control("fi", []);
    roff
}

/// The sections at the end: exit codes, environment and files in the page of the program, which the pages of its commands name.
fn closing_sections(name: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    if name != "ssgctl" {
        // `quick-create` is one command: its dash does not separate it from a parent.
        let parent = name
            .rsplit_once('-')
            .filter(|(parent, _)| *parent != "ssgctl-quick")
            .map_or("ssgctl", |(parent, _)| parent);
        roff.text([
            roman("0 on success. "),
            bold("ssgctl"),
            roman("(1) lists all exit codes, the environment and the files."),
        ]);
        roff.control("SH", ["SEE ALSO"]).control("BR", [parent, "(1)"]);
        return roff;
    }
    for exit in Exit::ALL {
        let text = format!("{} {}", exit.meaning(), exit.action());
        entry(&mut roff, &(*exit as u8).to_string(), &format!(" ({})", exit.name()), &text);
    }
    error_codes(&mut roff);
    for (title, items) in [("ENVIRONMENT", &ENVIRONMENT[..]), ("FILES", &FILES[..])] {
        roff.control("SH", [title]);
        for (term, meaning) in items {
            entry(&mut roff, term, "", meaning);
        }
    }
    roff
}

/// The section that lists every error code with its exit codes.
fn error_codes(roff: &mut Roff) {
    roff.control("SH", ["ERROR CODES"]);
    roff.text([roman("The word in brackets of an error message, and `code` in a JSON error.")]);
    for code in ErrorCode::ALL {
        let exits: Vec<String> = code.exits().iter().map(|exit| (*exit as u8).to_string()).collect();
        entry(roff, code.word(), &format!(" ({})", exits.join(", ")), code.meaning());
    }
}

/// Adds a definition: the term in bold, an aside in plain type, and the meaning below.
fn entry(roff: &mut Roff, term: &str, aside: &str, meaning: &str) {
    roff.control("TP", []).text([bold(term), roman(aside)]).text([roman(meaning)]);
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
