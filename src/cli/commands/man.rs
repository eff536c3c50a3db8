//! The manual: one page for each command, made from the same definition that parses the arguments.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::context::Context;
use crate::exit::{ErrorCode, Exit, Failure, Result};

/// The day of the last release, which every page bears.
const DATE: &str = "2026-11-24";

/// Write the manual pages into a folder
#[derive(Debug, Args)]
#[command(after_long_help = "Examples:
  ssgctl man /usr/local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The folder, which must exist; pages in it are replaced
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(args: &ManArgs, context: &mut Context) -> Result<()> {
    let mut root = context.line.definition().disable_help_subcommand(true);
    root.build();
    let count = write_pages(&root, "ssgctl", &args.folder)?;
    context.note(&format!("{count} pages written"));
    Ok(())
}

/// Writes the page of a command and those of the commands below it.
fn write_pages(command: &Command, name: &str, folder: &Path) -> Result<usize> {
    let path = folder.join(format!("{name}.1"));
    let failed =
        |error: std::io::Error| Failure::new(ErrorCode::Io, format!("cannot write {}: {error}", path.display()));
    fs::write(&path, page(command, name).map_err(failed)?).map_err(failed)?;
    let mut count = 1;
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        count += write_pages(below, &format!("{name}-{}", below.get_name()), folder)?;
    }
    Ok(count)
}

fn page(command: &Command, name: &str) -> std::io::Result<Vec<u8>> {
    let usage = command.clone().render_usage().to_string();
    let examples = command.get_after_long_help().map(ToString::to_string);
    // The examples get a section of their own instead of clap_mangen's EXTRA.
    let command = command.clone().name(name.to_owned()).after_long_help("").after_help("");
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

/// The line that `--help` shows: the generator's own names every option and is read by nobody.
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

/// What holds for every command: exit codes, files, environment, and where to read on.
fn closing_sections(name: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        let text = format!("{} {}", exit.meaning(), exit.action());
        entry(&mut roff, &(*exit as u8).to_string(), &format!(" ({})", exit.name()), &text);
    }
    if name == "ssgctl" {
        error_codes(&mut roff);
    }
    for (title, items) in [("ENVIRONMENT", &ENVIRONMENT[..]), ("FILES", &FILES[..])] {
        roff.control("SH", [title]);
        for (term, meaning) in items {
            entry(&mut roff, term, "", meaning);
        }
    }
    if name != "ssgctl" {
        let above =
            name.rsplit_once('-').filter(|(above, _)| *above != "ssgctl-quick").map_or("ssgctl", |(above, _)| above);
        roff.control("SH", ["SEE ALSO"]).control("BR", [above, "(1)"]);
    }
    roff
}

/// Every error code, with the exit codes it comes with.
fn error_codes(roff: &mut Roff) {
    roff.control("SH", ["ERROR CODES"]);
    roff.text([roman("The word in brackets of an error message, and `code` in a JSON error.")]);
    for code in ErrorCode::ALL {
        let exits: Vec<String> = code.exits().iter().map(|exit| (*exit as u8).to_string()).collect();
        entry(roff, code.word(), &format!(" ({})", exits.join(", ")), code.meaning());
    }
}

/// A term, what stands beside it, and what it means.
fn entry(roff: &mut Roff, term: &str, aside: &str, meaning: &str) {
    roff.control("TP", []).text([bold(term), roman(aside)]).text([roman(meaning)]);
}

const ENVIRONMENT: [(&str, &str); 9] = [
    ("SSGCTL_DB", "The database file."),
    ("SSGCTL_CONFIG", "The configuration file."),
    ("SSGCTL_KEY_FILE", "The file with the key that seals SMPP passwords."),
    ("SSGCTL_WAIT", "Seconds to wait for another process to let go of the database."),
    ("SSGCTL_ACTOR", "Who is named in the audit log."),
    ("SSGCTL_NO_INPUT", "If set to 1, nothing is ever asked."),
    ("XDG_DATA_HOME, XDG_CONFIG_HOME", "Folders of the files below."),
    ("VISUAL, EDITOR", "The editor of customer edit --editor."),
    ("NO_COLOR", "If not empty, no colour."),
];

const FILES: [(&str, &str); 3] = [
    ("$XDG_DATA_HOME/ssgctl/ssgctl.db", "The database, made on first use."),
    ("$XDG_CONFIG_HOME/ssgctl/config.toml", "The configuration, optional."),
    (
        "$XDG_CONFIG_HOME/ssgctl/ssgctl.key",
        "The key that seals SMPP passwords, made on first use. It is not in backups.",
    ),
];
