//! Runs the console sessions in `tests/cli/**/*.md`, `README.md` and `docs/`, each file in an empty home folder, and compares the
//! output with what the files show.
//!
//! A session is a block that begins with three backticks and `console`. A line `$ COMMAND` is given to bash, together with the
//! lines `> MORE` below it. Then follows what the command prints on stdout and stderr, and `? CODE` if it does not exit with 0.
//! Blocks of `sh` are run too; their output is not shown, and they must succeed. So must the commands of a comment from a line
//! `<!-- setup` to a line `-->`, which prepare what a document takes for granted. Programs that they put into `~/bin` come first.
//! `$FIXTURES` is the folder `tests/fixtures`.
//!
//! `SNAPSHOTS=overwrite cargo test --test transcripts` writes the actual output into the files.

use std::collections::BTreeSet;
use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;
use snapbox::{Assert, Data, Redactions};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Where the transcripts are.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli");
const SSGCTL: &str = env!("CARGO_BIN_EXE_ssgctl");

fn main() -> Result<ExitCode> {
    let transcripts = transcripts_in(Path::new(FOLDER))?;
    let mut trials = vec![Trial::test("every_command_has_a_transcript", every_command_has_a_transcript)];
    for file in transcripts.into_iter().chain(documents()?) {
        let name = file.strip_prefix(FOLDER).or_else(|_| file.strip_prefix(ROOT))?.display().to_string();
        trials.push(Trial::test(name, move || prints_what_it_shows(&file)));
    }
    Ok(libtest_mimic::run(&Arguments::from_args(), trials).exit_code())
}

/// All transcripts in a folder and the folders in it.
fn transcripts_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut transcripts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            transcripts.extend(transcripts_in(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            transcripts.push(path);
        }
    }
    transcripts.sort();
    Ok(transcripts)
}

/// The README and the documents that show commands and what they print.
fn documents() -> Result<Vec<PathBuf>> {
    let mut documents = transcripts_in(&Path::new(ROOT).join("docs"))?;
    documents.push(Path::new(ROOT).join("README.md"));
    let mut sessions = Vec::new();
    for file in documents {
        let text = fs::read_to_string(&file)?;
        if text.contains("\n```console\n") || text.contains("\n```sh\n") {
            sessions.push(file);
        }
    }
    Ok(sessions)
}

/// Plays a transcript and compares it with what it would be if it were written now.
fn prints_what_it_shows(file: &Path) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    // The program names files by their one real path.
    let home = folder.path().canonicalize()?;
    let played = play(&fs::read_to_string(file)?, &home)?;
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    let assert = assert.redact_with(redactions(&home)?);
    assert.try_eq(Some(&file.display()), played.into(), Data::read_from(file, None))?;
    Ok(())
}

/// The transcript with what its commands really print.
fn play(transcript: &str, home: &Path) -> Result<String> {
    let (mut played, mut commands) = (String::new(), 0);
    let mut lines = transcript.lines().peekable();
    while let Some(line) = lines.next() {
        played.push_str(&format!("{line}\n"));
        if let Some(end) = unshown_end(line) {
            let commands = lines.by_ref().take_while(|line| *line != end).collect::<Vec<_>>().join("\n");
            succeeds(&commands, home)?;
            played.push_str(&format!("{commands}\n{end}\n"));
        }
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            let Some(first) = line.strip_prefix("$ ") else { continue };
            let mut command = first.to_owned();
            played.push_str(&format!("{line}\n"));
            while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
                command.push_str(&format!("\n{}", &more[2..]));
                played.push_str(&format!("{more}\n"));
            }
            played.push_str(&run(&command, home)?);
            commands += 1;
        }
    }
    if commands == 0 { Err("there is no command in this transcript".into()) } else { Ok(played) }
}

/// Where a block of commands ends whose output is not shown; nothing if the line does not begin one.
fn unshown_end(line: &str) -> Option<&'static str> {
    match line {
        "<!-- setup" => Some("-->"),
        "```sh" => Some("```"),
        _ => None,
    }
}

/// Runs commands whose output is not shown. All of them must succeed.
fn succeeds(commands: &str, home: &Path) -> Result<()> {
    let printed = run(&format!("set -e -o pipefail\n{commands}"), home)?;
    let failed = printed.lines().last().is_some_and(|line| line.starts_with("? "));
    if failed { Err(format!("{commands}\n\nprints\n\n{printed}").into()) } else { Ok(()) }
}

/// Everything a command prints, and the line `? CODE` if it fails.
fn run(command: &str, home: &Path) -> Result<String> {
    let folder = Path::new(SSGCTL).parent().unwrap_or(Path::new("."));
    let others = env::var_os("PATH").unwrap_or_default();
    let output = Command::new("bash")
        .arg("-c")
        // One pipe for both streams keeps their lines in the order of a terminal.
        .arg(format!("umask 022; exec 2>&1\n{command}"))
        .env_clear()
        .env(
            "PATH",
            env::join_paths([home.join("bin"), folder.to_owned()].into_iter().chain(env::split_paths(&others)))?,
        )
        .env("HOME", home)
        .env("FIXTURES", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
        .env("LANG", "C.UTF-8")
        .env("SSGCTL_ACTOR", "alice")
        .current_dir(home)
        .stdin(Stdio::null())
        .output()?;
    let mut printed = String::from_utf8(output.stdout)?;
    if !printed.is_empty() && !printed.ends_with('\n') {
        printed.push('\n');
    }
    if !output.status.success() {
        printed.push_str(&format!("? {}\n", shown(output.status)));
    }
    Ok(printed)
}

fn shown(status: ExitStatus) -> String {
    status.code().map_or_else(|| status.to_string(), |code| code.to_string())
}

/// What is another each time and therefore replaced by its name. In tables the name is padded, so that columns stay aligned.
fn redactions(home: &Path) -> Result<Redactions> {
    let mut redactions = Redactions::new();
    redactions.insert("[HOME]", home.to_owned())?;
    for (name, pattern) in [
        ("[TIME]", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
        ("[DATE_AND_UTC_TIME]", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
        ("[UUID]", r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        ("[HASH]", r"\b[0-9a-f]{64}\b"),
        ("[N]", r"\bABCCORP(?<redacted>\d{3})\b"),
        ("[SYSTEM_ID]", r#""system_id": ?"(?<redacted>\w{15})""#),
        ("[PASSWORD]", r#""password": ?"(?<redacted>\w{8})""#),
    ] {
        redactions.insert(name, Regex::new(pattern)?)?;
    }
    Ok(redactions)
}

fn every_command_has_a_transcript() -> Result<(), Failed> {
    let mut missing = BTreeSet::new();
    for group in commands_below(&[])? {
        let commands = commands_below(&[&group])?;
        let files = commands.iter().map(|command| format!("{group}/{command}.md"));
        let files: Vec<_> = if commands.is_empty() { vec![format!("{group}.md")] } else { files.collect() };
        missing.extend(files.into_iter().filter(|file| !Path::new(FOLDER).join(file).exists()));
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("not in tests/cli: {missing:?}").into()) }
}

/// The commands that the help of the program, or of a group of commands, lists.
fn commands_below(names: &[&str]) -> Result<Vec<String>> {
    let help = Command::new(SSGCTL).args(names).arg("--help").env_clear().output()?.stdout;
    let help = String::from_utf8(help)?;
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let list = list.take_while(|line| !line.is_empty()).filter_map(|line| line.strip_prefix("  "));
    // A line that is indented further goes on with the description of the command above it.
    let names = list.filter_map(|line| line.split(' ').next()).filter(|name| !name.is_empty() && *name != "help");
    Ok(names.map(str::to_owned).collect())
}
