//! `ssgctl man`: writes a manual page for each command, from the same definition that parses the arguments, and those that belong to
//! no single command.

mod pages;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use ssgctl::store::files;

use crate::commands::man::pages::{DATE, PAGES, SOURCE, entry};
use crate::commands::topics::{ENVIRONMENT, FILES};
use crate::context::Context;
use crate::exit::{ErrorCode, Failure, Result};

/// What comes before each part of a page that is rendered on its own. Once is enough.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// Write the manual pages to a folder
///
/// There is a page for each command in section 1, one for the configuration file in section 5, and in section 7 those for exit
/// codes and for what `ssgctl help topics` lists. If the folder is a `man1`, those of other sections go to the `man5` and `man7`
/// next to it.
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
    create(&args.folder)?;
    let mut count = write_pages(&root, "ssgctl", &args.folder)?;
    for page in PAGES {
        let folder = folder_of(&args.folder, page.section);
        create(&folder)?;
        write(&folder.join(format!("{}.{}", page.name, page.section)), &page.render())?;
        count += 1;
    }
    context.note(&format!("{count} pages written"));
    Ok(())
}

/// The folder of a section: the one that is named, unless that is of another section.
fn folder_of(folder: &Path, section: u8) -> PathBuf {
    if folder.file_name().is_some_and(|name| name == "man1") {
        folder.with_file_name(format!("man{section}"))
    } else {
        folder.to_owned()
    }
}

fn create(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)
        .map_err(|error| Failure::new(ErrorCode::Io, format!("cannot create the folder {}: {error}", folder.display())))
}

fn write(path: &Path, page: &str) -> Result<()> {
    Ok(files::write_public(path, page.as_bytes())?)
}

/// Writes the pages of a command and of its subcommands, and returns how many.
fn write_pages(command: &Command, name: &str, folder: &Path) -> Result<usize> {
    let path = folder.join(format!("{name}.1"));
    let io_failure =
        |error: std::io::Error| Failure::new(ErrorCode::Io, format!("cannot write {}: {error}", path.display()));
    let page = String::from_utf8_lossy(&page(command, name).map_err(io_failure)?).into_owned();
    let (first, others) = page.split_at(PREAMBLE.len().min(page.len()));
    write(&path, &(first.to_owned() + &others.replace(PREAMBLE, "")))?;
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
    // The options of every command are in the page of the program.
    let is_program = name == "ssgctl";
    let command = command.mut_args(|arg| {
        let is_repeated = !is_program && arg.is_global_set();
        arg.hide_short_help(false).hide(is_repeated)
    });
    let man = Man::new(command.clone())
        .title(name.to_uppercase())
        .section("1")
        .date(DATE)
        .source(SOURCE)
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

/// The sections at the end. The pages of commands name those that have the rest.
fn closing_sections(name: &str) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    let exit_codes = [roman("0 on success. "), bold("ssgctl-exit-codes"), roman("(7) lists the others.")];
    if name != "ssgctl" {
        // `quick-create` is one command: its dash does not separate it from a parent.
        let parent = name
            .rsplit_once('-')
            .filter(|(parent, _)| *parent != "ssgctl-quick")
            .map_or("ssgctl", |(parent, _)| parent);
        let [success, page, section] = exit_codes;
        roff.text([
            success,
            page,
            section,
            roman(" "),
            bold("ssgctl"),
            roman("(1) has the options of every command, the environment and the files."),
        ]);
        roff.control("SH", ["SEE ALSO"]).control("BR", [parent, "(1)"]);
        return roff;
    }
    roff.text(exit_codes);
    for (title, items) in [("ENVIRONMENT", &ENVIRONMENT[..]), ("FILES", &FILES[..])] {
        roff.control("SH", [title]);
        for (term, meaning) in items {
            entry(&mut roff, term, "", meaning);
        }
    }
    roff.control("SH", ["SEE ALSO"]).text([roman(pages::names().collect::<Vec<_>>().join(", "))]);
    roff
}
