//! Text from a file, or from stdin where `-` is named.

use std::io::{IsTerminal, Read};
use std::path::Path;

use crate::exit::{Exit, Failure, Result};

/// The most that is read of a text given by file: far more than any single record needs.
const LONGEST: u64 = 1024 * 1024;

/// Reads a whole text; `-` is stdin.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            Failure::new(Exit::NotFound, "no_file", format!("no file at {}", ssgctl::error::quoted(&name)))
        }
        std::io::ErrorKind::InvalidData => {
            Failure::new(Exit::BadInput, "bad_encoding", format!("{name} is not UTF-8 text"))
        }
        _ => Failure::new(Exit::Io, "io", format!("cannot read {name}: {error}")),
    };
    let mut text = String::new();
    if path == Path::new("-") {
        let stdin = std::io::stdin();
        if stdin.is_terminal() {
            return Err(Failure::usage("`-` reads stdin, which is a terminal")
                .hint("pipe or redirect something into the command"));
        }
        stdin.lock().take(LONGEST + 1).read_to_string(&mut text).map_err(failed)?;
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_string(&mut text)).map_err(failed)?;
    }
    if text.len() as u64 > LONGEST {
        return Err(Failure::new(Exit::BadInput, "too_long", format!("{name} has more than 1 MiB")));
    }
    Ok(text)
}
